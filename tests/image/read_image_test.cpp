// SPDX-License-Identifier: Apache-2.0
#include "scotoma/image/read_image.h"

#include <gtest/gtest.h>

#include <string>

#include "fake/folder.h"
#include "scotoma/image/jpeg.h"

namespace scotoma {
namespace {

const Image kGrey{8, 4, std::vector<std::uint8_t>(std::size_t{8} * 4 * 3, 128)};

std::string text_of(const std::vector<std::uint8_t>& bytes) { return {bytes.begin(), bytes.end()}; }

TEST(ReadImage, GoesByWhatIsInTheFileNotByItsName) {
  const fake::Folder folder;
  const auto png = read_image(folder.write("a.jpg", text_of(*encode_png(kGrey))));
  ASSERT_TRUE(png.ok()) << png.error().message;
  EXPECT_EQ(*png, kGrey);
  const auto jpeg = read_image(folder.write("b.png", text_of(*encode_jpeg(kGrey, 90))));
  ASSERT_TRUE(jpeg.ok()) << jpeg.error().message;
  EXPECT_EQ(*jpeg, kGrey);
}

TEST(ReadImage, NamesTheFileThatIsNone) {
  const fake::Folder folder;
  std::string cut = text_of(*encode_png(kGrey));
  cut.resize(cut.size() / 2);
  for (const auto& file : {folder.write("text.png", "no image"), folder.write("empty.png", ""),
                           folder.write("cut.png", cut), folder / "gone.png"}) {
    const auto image = read_image(file);
    ASSERT_FALSE(image.ok()) << file;
    EXPECT_EQ(image.error().code, Code::bad_input);
    EXPECT_EQ(image.error().message.find(file.string()), 0U) << image.error().message;
  }
}

TEST(ImageFiles, AreTheOnesOfAFolderInTheOrderOfTheirNames) {
  const fake::Folder folder;
  for (const char* name : {"b.PNG", "c.jpeg", "a.jpg", "notes.txt", "below/d.png"}) folder.write(name, "");
  const auto files = image_files(folder.path());
  ASSERT_TRUE(files.ok()) << files.error().message;
  EXPECT_EQ(*files, (std::vector<std::filesystem::path>{folder / "a.jpg", folder / "b.PNG", folder / "c.jpeg"}));
  EXPECT_EQ(*image_files(folder / "notes.txt"), std::vector<std::filesystem::path>{folder / "notes.txt"});
  EXPECT_FALSE(image_files(folder / "gone").ok());
  std::filesystem::create_directory(folder / "none");
  EXPECT_FALSE(image_files(folder / "none").ok());
}

}  // namespace
}  // namespace scotoma
