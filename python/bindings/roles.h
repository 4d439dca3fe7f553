// SPDX-License-Identifier: Apache-2.0
// Objects of Python's as roles of a study.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "errors.h"
#include "scotoma/backend/python_roles.h"

namespace scotoma::python {

/// `live`: objects by the name of their role, which come before what a study's `object` names. Made with the lock,
/// called without.
class ObjectRoles final : public PythonRoles {
 public:
  explicit ObjectRoles(nb::dict live)
      : live_(std::move(live)), locks_(nb::dict()), raised_(std::make_shared<Raised>()) {}

  void look_in(const std::filesystem::path& folder) override { folder_ = folder; }
  Result<std::unique_ptr<Generator>> generator(const std::string& object) override;
  Result<std::unique_ptr<Classifier>> classifier(const std::string& object) override;
  Result<std::unique_ptr<Captioner>> captioner(const std::string& object) override;
  Result<std::unique_ptr<Embedder>> embedder(const std::string& object) override;
  Result<std::unique_ptr<Judge>> judge(const std::string& object, double threshold) override;

  Raised& raised() { return *raised_; }
  const Held& live() const { return live_; }

 private:
  template <class Role, class Made, class... More>
  Result<std::unique_ptr<Role>> made(RoleKind kind, const std::string& object, More... more);

  Held live_;
  Held locks_;  ///< of the objects
  std::filesystem::path folder_;
  std::shared_ptr<Raised> raised_;
};

}  // namespace scotoma::python
