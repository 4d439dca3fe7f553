// SPDX-License-Identifier: Apache-2.0
#include "scotoma/backend/files/model_file.h"

#include <gtest/gtest.h>

#include "fake/folder.h"
#include "fake/places.h"
#include "scotoma/backend/files/json_file.h"
#include "scotoma/backend/files/model_folder.h"

namespace scotoma {
namespace {

namespace fs = std::filesystem;

Result<void> check_as(const std::string& role, const fs::path& path) {
  if (role == "generator") return check_model_folder(path, FolderOf::generator);
  if (role == "captioner") return check_model_folder(path, FolderOf::captioner);
  if (role == "embedder") return check_model_folder(path, FolderOf::embedder);
  return role == "tokenizer" ? check_tokenizer_file(path) : check_model_file(path);
}

void replace_all(std::string& text, const std::string& from, const std::string& to) {
  for (std::size_t at = text.find(from); at != text.npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
}

/// In cases.json FOLDER stands for the folder in which a case's files are made.
TEST(ModelFile, WhatIsNoneIsNamedWithTheCommandThatMakesOne) {
  const auto cases = read_json_file(kCases / "folders/cases.json", true).value();
  for (const auto& one : cases) {
    const fake::Folder folder;
    for (const auto& [file, content] : one.at("files").items())
      folder.write(file, content.is_string() ? content.get<std::string>() : content.dump());
    const fs::path path = one.contains("path") ? folder / one.at("path").get<std::string>() : folder.path();
    const auto refused = check_as(one.at("role"), path);
    ASSERT_FALSE(refused.ok()) << one.at("name");
    EXPECT_EQ(refused.error().code, Code::bad_input);
    for (std::string part : one.at("says")) {
      replace_all(part, "FOLDER", folder.path().string());
      EXPECT_NE(refused.error().message.find(part), std::string::npos)
          << one.at("name") << " without '" << part << "': " << refused.error().message;
    }
    EXPECT_NE(refused.error().message.find(folder.path().filename().string()), std::string::npos);
  }
}

TEST(ModelFile, WhatIsOnePasses) {
  for (const char* file : {"logits.onnx", "external.onnx", "roles/text_encoder.xml"}) {
    const auto passes = check_model_file(kCases / "models" / file);
    EXPECT_TRUE(passes.ok()) << passes.error().message;
  }
  for (const auto& [folder, role] : {std::pair("generator", FolderOf::generator),
                                     {"captioner", FolderOf::captioner},
                                     {"embedder", FolderOf::embedder}}) {
    const auto passes = check_model_folder(kWorld / folder, role);
    EXPECT_TRUE(passes.ok()) << passes.error().message;
  }
}

/// OpenVINO 2026.4 says "Invalid usage of method" where they are not there, and does not follow links out of the
/// folder.
TEST(ModelFile, WeightsOfAnOnnxFileThatAreNotThereOrElsewhereAreNamed) {
  const fake::Folder folder;
  const fs::path model = folder / "model.onnx";
  const auto complaint = [&] {
    const auto passes = check_model_file(model);
    return passes.ok() ? "" : passes.error().message;
  };
  fs::copy_file(kCases / "models/external.onnx", model);
  EXPECT_NE(complaint().find("weights.bin, which is not there; put it beside the model"), std::string::npos)
      << complaint();
  folder.write("blobs/0123", "");
  fs::create_symlink("blobs/0123", folder / "weights.bin");
  EXPECT_EQ(complaint(), "") << "a link within the folder is followed";
  // As a Hugging Face cache has it.
  fs::create_directories(folder / "snapshots/abc");
  fs::create_symlink("../../model.onnx", folder / "snapshots/abc/model.onnx");
  fs::create_symlink("../../blobs/0123", folder / "snapshots/abc/weights.bin");
  const auto cached = check_model_file(folder / "snapshots/abc/model.onnx");
  ASSERT_FALSE(cached.ok());
  for (const char* part : {"a link out of its folder", "cp -rL ", "snapshots/abc COPY"}) {
    EXPECT_NE(cached.error().message.find(part), std::string::npos) << cached.error().message;
  }
  fs::remove(model);
  fs::create_symlink("nowhere.onnx", model);
  EXPECT_NE(complaint().find("a link to nowhere.onnx, where nothing is"), std::string::npos) << complaint();
}

}  // namespace
}  // namespace scotoma
