// SPDX-License-Identifier: Apache-2.0
#include "scotoma/core/hash.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>
#include <vector>

#include "fake/folder.h"

namespace scotoma {
namespace {

std::vector<std::uint8_t> bytes_of(const std::string& text) { return {text.begin(), text.end()}; }

struct KnownHash {
  std::string text;
  std::string hex;
};

// FIPS 180-4 examples and the empty message.
const KnownHash kKnownHashes[] = {
    {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
    {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
    {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
     "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
    {std::string(1000000, 'a'), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"},
};

TEST(Sha256, AgreesWithPublishedDigests) {
  for (const auto& [text, hex] : kKnownHashes) EXPECT_EQ(sha256_hex(bytes_of(text)), hex) << text.substr(0, 60);
}

TEST(Sha256, OfAFileIsThatOfItsBytes) {
  const fake::Folder folder;
  for (const auto& [text, hex] : kKnownHashes) EXPECT_EQ(*sha256_of_file(folder.write("file", text)), hex);
  // Larger than the reader's block, and not a multiple of it.
  const std::string long_text((1 << 21) + 12345, 'x');
  EXPECT_EQ(*sha256_of_file(folder.write("long", long_text)), sha256_hex(bytes_of(long_text)));
}

TEST(Sha256, OfAMissingFileIsAnErrorThatNamesIt) {
  const auto hash = sha256_of_file("/no/such/model.bin");
  ASSERT_FALSE(hash.ok());
  EXPECT_EQ(hash.error().code, Code::bad_input);
  EXPECT_NE(hash.error().message.find("/no/such/model.bin"), std::string::npos);
}

TEST(Sha256, OfAFolderIsAnError) {
  const fake::Folder folder;
  EXPECT_FALSE(sha256_of_file(folder.path()).ok());
}

TEST(Hasher, TellsWhereAFieldEnds) {
  EXPECT_NE(Hasher().field("ab").field("c").hex(), Hasher().field("a").field("bc").hex());
  EXPECT_NE(Hasher().field("").field("a").hex(), Hasher().field("a").field("").hex());
}

RC_GTEST_PROP(Hasher, DependsOnBytesAndNotOnHowTheyCome, (const std::vector<std::uint8_t>& bytes)) {
  const auto cut = static_cast<std::ptrdiff_t>(*rc::gen::inRange<std::size_t>(0, bytes.size() + 1));
  const std::vector<std::uint8_t> head(bytes.begin(), bytes.begin() + cut);
  const std::vector<std::uint8_t> tail(bytes.begin() + cut, bytes.end());
  RC_ASSERT(Hasher().bytes(head).bytes(tail).hex() == sha256_hex(bytes));
}

}  // namespace
}  // namespace scotoma
