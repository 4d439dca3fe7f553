// SPDX-License-Identifier: Apache-2.0
#include "scotoma/backend/openvino/engine.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <new>
#include <stdexcept>
#include <string>
#include <system_error>

#include "fake/places.h"
#include "scotoma/backend/openvino/tokenizer.h"

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

TEST(EngineCall, ALackOfThreadsOrFileHandlesIsCalledSo) {
  const auto refused = [](const std::function<void()>& failing) {
    const auto done = engine_call("model.onnx", "it must be a whole ONNX file", Code::bad_input, failing);
    EXPECT_EQ(done.error().code, Code::failed);
    EXPECT_EQ(done.error().message.find("whole ONNX file"), std::string::npos) << done.error().message;
    return done.error().message;
  };
  const auto threads = std::make_error_code(std::errc::resource_unavailable_try_again);
  for (const std::string& said : {refused([&] { throw std::system_error(threads); }), refused([] {
                                    throw std::runtime_error("no plugin\nResource temporarily unavailable");
                                  })})
    EXPECT_NE(said.find("model.onnx: no more threads or processes may be started; raise the limit with ulimit -u"),
              std::string::npos)
        << said;
  const auto handles = std::make_error_code(std::errc::too_many_files_open);
  for (const std::string& said : {refused([&] { throw std::system_error(handles); }),
                                  refused([] { throw std::runtime_error("cannot open x: Too many open files"); })})
    EXPECT_NE(said.find("model.onnx: Too many open files; raise the limit with ulimit -n"), std::string::npos) << said;
}

TEST(EngineCall, AFileThatCannotBeOpenedForAnotherReasonIsNoLackOfHandles) {
  const auto done =
      engine_call("m", "is it there?", Code::bad_input, [] { throw std::runtime_error("cannot open x"); });
  EXPECT_EQ(done.error().message, "m: cannot open x; is it there?");
}

TEST(EngineCall, WhatTheEngineThrowsBecomesAnErrorWithAdvice) {
  const auto done = engine_call("m", "do this", Code::bad_input, [] { throw std::runtime_error("broken"); });
  EXPECT_EQ(done.error().message, "m: broken; do this");
}

TEST(EngineDevice, OneThatIsNotThereIsRefusedWithThoseThatAre) {
  for (const char* device : {"GPU.7", "TPU", "", "cpu"}) {
    EngineOptions options;
    options.device = device;
    const auto engine = Engine::create(options);
    ASSERT_FALSE(engine.ok()) << device;
    EXPECT_EQ(engine.error().code, Code::bad_input);
    EXPECT_NE(engine.error().message.find(std::string("engine.device is \"") + device + "\"; OpenVINO sees"),
              std::string::npos);
    EXPECT_NE(engine.error().message.find("CPU"), std::string::npos) << engine.error().message;
  }
}

TEST(EngineDevice, ThatAutoHasToItselfIsTheCpu) {
  EngineOptions options;
  options.threads = 1;
  const auto cpu = Engine::create(options).value();
  options.device = "AUTO:CPU";
  const auto chosen = Engine::create(options).value();
  EXPECT_EQ(cpu->processor(), chosen->processor());
  const auto tokenizer = Tokenizer::load(*chosen, kWorld / "generator/tokenizer");
  ASSERT_TRUE(tokenizer.ok()) << tokenizer.error().message;
  EXPECT_TRUE((*tokenizer)->encode("a cat", 8).ok());
  const std::filesystem::path file = kModels / "identity.onnx";
  const auto network = chosen->compile(chosen->read(file).value(), file);
  ASSERT_TRUE(network.ok()) << network.error().message;
}

}  // namespace
}  // namespace scotoma
