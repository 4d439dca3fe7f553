// SPDX-License-Identifier: Apache-2.0
#include "scotoma/core/hex.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace scotoma {
namespace {

RC_GTEST_PROP(Hex, BringsBackEveryByte, (const std::string& bytes)) {
  RC_ASSERT(hex_of(bytes).size() == 2 * bytes.size());
  RC_ASSERT(bytes_of_hex(hex_of(bytes)) == bytes);
}

TEST(Hex, IsLowerCaseWithZerosInFront) { EXPECT_EQ(hex_of(std::string("\0\x0f\xab", 3)), "000fab"); }

TEST(Hex, TakesNothingElse) {
  for (const char* digits : {"0", "0g", "AB", "0x", " 0", "00 "}) EXPECT_FALSE(bytes_of_hex(digits)) << digits;
}

}  // namespace
}  // namespace scotoma
