// SPDX-License-Identifier: Apache-2.0
// Images of a cache that are lost, damaged, or no files.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "fake/caches.h"
#include "fake/folder.h"
#include "scotoma/core/file.h"

namespace scotoma {
namespace {

namespace fs = std::filesystem;

using fake::opened;
using fake::test_image;

TEST(AnswerCache, APngOfAWorkerIsKeptAsItCame) {
  const fake::Folder folder;
  const auto cache = opened(folder.path());
  const auto png = *encode_png(test_image(1));
  const std::string bytes(png.begin(), png.end());
  const std::string id = image_id(test_image(1));
  ASSERT_TRUE(cache->put_png(id, bytes).ok());
  EXPECT_EQ(*cache->image(id), test_image(1));
  EXPECT_EQ(*read_plain_file(folder / AnswerCache::image_file(id)), bytes);
  EXPECT_TRUE(cache->put_png(id, bytes).ok());
}

TEST(AnswerCache, WhatIsNoWholePngIsNotKept) {
  const fake::Folder folder;
  const auto cache = opened(folder.path());
  const auto png = *encode_png(test_image(1));
  const std::string whole(png.begin(), png.end());
  const std::string id = image_id(test_image(1));
  for (const std::string& bytes : {std::string(), std::string("no image"), whole.substr(0, whole.size() / 2)}) {
    EXPECT_EQ(cache->put_png(id, bytes).error().code, Code::failed);
    EXPECT_FALSE(*cache->has_image(id));
  }
  // Another image under that name is found out when it is read, and removed.
  const auto other = *encode_png(test_image(2));
  ASSERT_TRUE(cache->put_png(id, std::string(other.begin(), other.end())).ok());
  EXPECT_EQ(cache->image(id).error().code, Code::failed);
  EXPECT_FALSE(*cache->has_image(id));
}

TEST(AnswerCache, AMissingImageIsAnErrorThatNamesItsFile) {
  const fake::Folder folder;
  const auto cache = opened(folder.path());
  const std::string id = *cache->put_image(test_image(1));
  fs::remove(folder / AnswerCache::image_file(id));
  EXPECT_FALSE(*cache->has_image(id));
  const auto image = cache->image(id);
  ASSERT_FALSE(image.ok());
  EXPECT_EQ(image.error().code, Code::failed);
  EXPECT_NE(image.error().message.find((folder / AnswerCache::image_file(id)).string()), std::string::npos);
}

TEST(AnswerCache, ADamagedImageIsAnErrorThatNamesItsFile) {
  const fake::Folder folder;
  const auto cache = opened(folder.path());
  const std::string id = *cache->put_image(test_image(1));
  const auto whole = *cache->image_bytes(id);
  const std::string half(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(whole.size() / 2));
  const auto exchanged = *encode_png(test_image(2));
  for (const std::string& bytes :
       {std::string(), std::string("no image"), half, std::string(exchanged.begin(), exchanged.end())}) {
    folder.write(AnswerCache::image_file(id).string(), bytes);
    const auto image = cache->image(id);
    ASSERT_FALSE(image.ok());
    EXPECT_EQ(image.error().code, Code::failed);
    EXPECT_NE(image.error().message.find(AnswerCache::image_file(id).string()), std::string::npos);
    EXPECT_FALSE(*cache->has_image(id)) << "it would stop every later run";
    ASSERT_TRUE(cache->put_image(test_image(1)).ok());
    EXPECT_TRUE(cache->image(id).ok());
  }
}

TEST(AnswerCache, AnImageThatAPowerCutLeftEmptyOrInZerosIsGeneratedAnew) {
  const fake::Folder folder;
  const auto cache = opened(folder.path());
  const std::string id = *cache->put_image(test_image(1));
  const auto whole = *cache->image_bytes(id);
  std::string zeros(whole.begin(), whole.end());
  std::fill(zeros.begin() + 100, zeros.end(), '\0');
  for (const std::string& bytes : {std::string(), std::string("\x89PNG"), zeros}) {
    folder.write(AnswerCache::image_file(id).string(), bytes);
    EXPECT_FALSE(*cache->has_image(id));
    EXPECT_EQ(*cache->put_image(test_image(1)), id);
    EXPECT_EQ(*cache->image(id), test_image(1));
  }
}

TEST(AnswerCache, ImagesThatAKilledRunLeftHalfWrittenAreRemovedAndOnesBeingWrittenAreLeft) {
  const fake::Folder folder;
  opened(folder.path())->put_image(test_image(1)).value();
  const auto left = folder.write("images/.part/abcd.png.1.0.part", "half");
  const auto aside = folder.write("cache.sqlite.1.part", "half");
  auto writing = Aside::write(folder / "images/.part/abce.png", "half");
  ASSERT_TRUE(writing.ok());
  const auto cache = opened(folder.path());
  EXPECT_FALSE(fs::exists(left));
  EXPECT_FALSE(fs::exists(aside));
  EXPECT_TRUE(writing->place().ok()) << "it was taken from a run under way";
  EXPECT_TRUE(cache->image(image_id(test_image(1))).ok());
}

TEST(AnswerCache, WhatAnOlderProgramLeftHalfWrittenAmongTheImagesIsRemoved) {
  const fake::Folder folder;
  const auto left = folder.write("images/ab/abcd.1.0.part", "half");
  const auto above = folder.write("images/abcd.png.1.0.part", "half");
  opened(folder.path());
  EXPECT_FALSE(fs::exists(left));
  EXPECT_FALSE(fs::exists(above));
}

TEST(AnswerCache, OpeningLooksAtNoFolderOfImages) {
  const fake::Folder folder;
  opened(folder.path())->put_image(test_image(1)).value();
  const auto among_images = folder.write("images/ab/abcd.1.0.part", "half");  // would be removed by one who looks
  opened(folder.path());
  EXPECT_TRUE(fs::exists(among_images));
}

/// Puts at a path what is no plain file.
void put_other(const std::string& what, const fs::path& path) {
  fs::remove(path);
  if (what == "pipe") ::mkfifo(path.c_str(), 0600);
  if (what == "folder") fs::create_directory(path);
  if (what == "device") fs::create_symlink("/dev/zero", path);
  if (what == "lost link") fs::create_symlink("nowhere/at all", path);
  if (what == "link to itself") fs::create_symlink(path, path);
  if (what != "socket") return;
  const int name = ::socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const fs::path near = path.parent_path() / "socket";  // the name of an image is too long for bind
  std::strncpy(address.sun_path, near.c_str(), sizeof address.sun_path - 1);
  EXPECT_EQ(::bind(name, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  ::close(name);
  fs::rename(near, path);
}

TEST(AnswerCache, WhatIsNoFileInAnImagesPlaceIsReplacedAsADamagedOneIs) {
  const fake::Folder folder;
  const auto cache = opened(folder.path());
  const std::string id = *cache->put_image(test_image(1));
  const fs::path path = folder / AnswerCache::image_file(id);
  for (const std::string what : {"pipe", "folder", "device", "socket", "lost link", "link to itself"}) {
    SCOPED_TRACE(what);
    put_other(what, path);
    const auto image = cache->image(id);
    ASSERT_FALSE(image.ok());
    EXPECT_EQ(image.error().code, Code::failed);
    EXPECT_NE(image.error().message.find(path.string() + ": "), std::string::npos) << image.error().message;
    EXPECT_NE(image.error().message.find("run the study again"), std::string::npos) << image.error().message;
    fs::remove(path);
    put_other(what, path);
    EXPECT_FALSE(*cache->has_image(id));
    EXPECT_EQ(*cache->put_image(test_image(1)), id);
    EXPECT_TRUE(fs::is_regular_file(fs::symlink_status(path)));
    EXPECT_EQ(*cache->image(id), test_image(1));
  }
  EXPECT_TRUE(fs::is_character_file("/dev/zero")) << "what a link leads to is not ours";
}

TEST(AnswerCache, AFullFolderInAnImagesPlaceStaysAndTheErrorSaysWhatToRemove) {
  const fake::Folder folder;
  const auto cache = opened(folder.path());
  const std::string id = *cache->put_image(test_image(1));
  const fs::path path = folder / AnswerCache::image_file(id);
  const auto expect_told = [&](const Error& error, const fs::path& place) {
    EXPECT_EQ(error.code, Code::bad_input);
    EXPECT_NE(error.message.find(place.string() + ": "), std::string::npos) << error.message;
    EXPECT_NE(error.message.find("remove it"), std::string::npos) << error.message;
  };
  fs::remove(path);
  const auto kept = folder.write(AnswerCache::image_file(id) / "notes.txt", "a user's");
  expect_told(cache->has_image(id).error(), path);
  expect_told(cache->image(id).error(), path);
  expect_told(cache->image_bytes(id).error(), path);
  expect_told(cache->put_image(test_image(1)).error(), path);
  EXPECT_TRUE(fs::exists(kept));
  fs::remove_all(path.parent_path());
  const auto file = folder.write(AnswerCache::image_file(id).parent_path().string(), "a file in the folder's place");
  EXPECT_FALSE(*cache->has_image(id));
  expect_told(cache->put_image(test_image(1)).error(), path.parent_path());
  EXPECT_TRUE(fs::exists(file));
}

}  // namespace
}  // namespace scotoma
