// SPDX-License-Identifier: Apache-2.0
#include "scotoma/backend/openvino/onnx_attributes.h"

#include <gtest/gtest.h>

#include "fake/folder.h"
#include "fake/places.h"
#include "scotoma/backend/openvino/engine.h"

namespace scotoma {
namespace {

const std::filesystem::path kFiles = kCases / "onnx";

struct Dropped {
  const char* file;
  const char* node;
  const char* attribute;
};

TEST(OnnxAttributes, ThatTheEngineLeavesOutAreRefused) {
  const auto engine = Engine::create({Precision::f32, 1}).value();
  const Dropped cases[] = {
      {"antialias", "Resize node 'resize'", "antialias = 1"},
      {"antialias_cubic", "Resize node 'resize'", "antialias = 1"},
      {"antialias_in_a_branch", "Resize node 'inner'", "antialias = 1"},
      {"no_name", "Resize node 'resized'", "antialias = 1"},
      {"exclude_outside", "Resize node 'resize'", "exclude_outside = 1"},
      {"not_larger", "Resize node 'resize'", "keep_aspect_ratio_policy = not_larger"},
      {"rnn_layout", "RNN node 'rnn'", "layout = 1"},
  };
  for (const Dropped& one : cases) {
    const auto model = engine->read(kFiles / (std::string(one.file) + ".onnx"));
    ASSERT_FALSE(model.ok()) << one.file;
    EXPECT_EQ(model.error().code, Code::bad_input);
    for (const char* says : {one.file, one.node, one.attribute, "export it without"}) {
      EXPECT_NE(model.error().message.find(says), std::string::npos) << says << ": " << model.error().message;
    }
  }
}

TEST(OnnxAttributes, OfAPoolingWindowBeyondTheImageAreRefused) {
  const auto engine = Engine::create({Precision::f32, 1}).value();
  const auto beyond = engine->read(kFiles / "pool_beyond.onnx");
  ASSERT_FALSE(beyond.ok());
  EXPECT_EQ(beyond.error().code, Code::bad_input);
  for (const char* says : {"pool_beyond.onnx", "MaxPool node 'pool'", "ceil_mode=False"})
    EXPECT_NE(beyond.error().message.find(says), std::string::npos) << beyond.error().message;
  const auto within = engine->read(kFiles / "pool_within.onnx");
  EXPECT_TRUE(within.ok()) << within.error().message;
}

TEST(OnnxAttributes, ThatChangeNothingAreTaken) {
  const auto engine = Engine::create({Precision::f32, 1}).value();
  for (const char* file : {"antialias_enlarges.onnx", "antialias_off.onnx", "stretch.onnx"}) {
    const auto model = engine->read(kFiles / file);
    EXPECT_TRUE(model.ok()) << model.error().message;
  }
}

TEST(OnnxAttributes, OfAFileThatIsNotWholeAreAnError) {
  EXPECT_EQ(dropped_attributes(kFiles / "antialias_enlarges.onnx")->size(), 1U);
  const fake::Folder folder;
  for (const char* bytes : {"\x3A\x7F", "\x0B", "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"}) {
    EXPECT_FALSE(dropped_attributes(folder.write("bad.onnx", bytes)).ok());
  }
  EXPECT_FALSE(dropped_attributes(folder / "absent.onnx").ok());
}

}  // namespace
}  // namespace scotoma
