#include "backend/openvino/engine.h"

#include <gtest/gtest.h>

#include <functional>
#include <new>
#include <stdexcept>

namespace scotoma {
namespace {

TEST(EngineCall, ALackOfMemoryIsCalledSoAndIsNoFaultOfTheFile) {
  const auto plain = [] { throw std::bad_alloc(); };
  const auto wrapped = [] { throw std::runtime_error("Exception from src/inference/core.cpp:1:\nstd::bad_alloc"); };
  for (const auto& failing : {std::function<void()>(plain), std::function<void()>(wrapped)}) {
    const auto done =
        engine_call("model.onnx: cannot be read", "it must be a whole ONNX file", Code::bad_input, failing);
    ASSERT_FALSE(done.ok());
    EXPECT_EQ(done.error().code, Code::failed);
    EXPECT_EQ(done.error().message.find("whole ONNX file"), std::string::npos) << done.error().message;
    EXPECT_NE(done.error().message.find("model.onnx: cannot be read: out of memory"), std::string::npos)
        << done.error().message;
  }
}

TEST(EngineCall, WhatTheEngineThrowsBecomesAnErrorWithAdvice) {
  const auto done = engine_call("m", "do this", Code::bad_input, [] { throw std::runtime_error("broken"); });
  EXPECT_EQ(done.error().message, "m: broken; do this");
}

}  // namespace
}  // namespace scotoma
