// SPDX-License-Identifier: Apache-2.0
// The types of a network's inputs and outputs: checked when it is loaded, since a tensor of another type than the code
// reads or writes throws, or worse.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <openvino/openvino.hpp>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "scotoma/core/result.h"

namespace scotoma {

enum class Holds {
  floats,    ///< f32, after with_f32_ports
  integers,  ///< i64 or i32
  either,
};

/// "name [?,3,64,64], ..." of a model's inputs or outputs, for messages.
std::string describe_ports(const std::vector<ov::Output<ov::Node>>& ports);

/// The input or output called `name`, if there is one.
std::optional<ov::Output<ov::Node>> find_port(const std::vector<ov::Output<ov::Node>>& ports, const std::string& name);

/// The model with its f16, bf16 and f64 inputs and outputs turned into f32 ones; itself where it has none. Errors:
/// bad_input naming `path`.
Result<std::shared_ptr<ov::Model>> with_f32_ports(const std::shared_ptr<ov::Model>& model,
                                                  const std::filesystem::path& path);

/// Whether the ports of these names hold what they should; ports that are not there are passed over. Errors: bad_input
/// naming `path`, the port and its type.
Result<void> check_types(const std::vector<ov::Output<ov::Node>>& ports,
                         const std::vector<std::pair<std::string, Holds>>& wanted, const std::filesystem::path& path);

/// Gives the model's inputs static shapes, by name. Errors: bad_input naming `path`.
Result<void> reshape_model(ov::Model& model, const std::map<std::string, ov::PartialShape>& shapes,
                           const std::filesystem::path& path);

/// The shape of a compiled network's output, if it is known before a run.
std::optional<ov::Shape> static_shape(const ov::Output<const ov::Node>& port);

/// Makes a whole-numbered input f32 where nothing but conversions to reals reads it, so that it can hold fractions.
/// Gives whether it is f32 now.
bool make_real(ov::Model& model, const std::string& input);

/// Rows of the table in which the numbers of `input` are looked up: a model's vocabulary. Nothing where the graph does
/// not show it.
std::optional<std::size_t> embedding_rows(const ov::Model& model, const std::string& input);

/// Whether every id is in a vocabulary of `words`; what lies outside reads as nothing, without a word. `what` names the
/// ids ("x/openvino_tokenizer.xml: ids of 'a fly'"), `model` the file of the vocabulary. Errors: bad_input.
Result<void> check_ids(std::span<const std::int64_t> ids, std::size_t words, const std::string& what,
                       const std::filesystem::path& model);

/// Writes numbers into a tensor of i64 or i32.
void put_wholes(ov::Tensor& tensor, std::size_t at, const std::vector<std::int64_t>& values);

}  // namespace scotoma
