// SPDX-License-Identifier: Apache-2.0
#include "scotoma/core/result.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace scotoma {
namespace {

Result<int> half(int number) {
  if (number % 2 != 0) return bad_input("odd: " + std::to_string(number));
  return number / 2;
}

Result<int> quarter(int number) {
  SCOTOMA_ASSIGN_OR_RETURN(const int once, half(number));
  SCOTOMA_ASSIGN_OR_RETURN(const int twice, half(once));
  return twice;
}

Result<void> check_even(int number) {
  SCOTOMA_RETURN_IF_ERROR(half(number).ok() ? Result<void>() : failed("not even"));
  return {};
}

Result<std::unique_ptr<int>> boxed(int number) { return std::make_unique<int>(number); }

Result<int> unboxed(int number) {
  SCOTOMA_ASSIGN_OR_RETURN(const auto box, boxed(number));
  return *box;
}

TEST(Result, HoldsAValue) {
  const auto result = half(4);
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(*result, 2);
}

TEST(Result, HoldsAnErrorWithItsCode) {
  const auto result = half(3);
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().code, Code::bad_input);
  EXPECT_EQ(result.error().message, "odd: 3");
}

TEST(Result, TryPassesTheFirstErrorOn) {
  EXPECT_EQ(*quarter(8), 2);
  EXPECT_EQ(quarter(6).error().message, "odd: 3");
  EXPECT_EQ(quarter(5).error().message, "odd: 5");
}

TEST(Result, CheckPassesAnErrorOn) {
  EXPECT_TRUE(check_even(2).ok());
  EXPECT_EQ(check_even(1).error().code, Code::failed);
}

TEST(Result, TryMovesWhatCannotBeCopied) { EXPECT_EQ(*unboxed(7), 7); }

TEST(Result, CodesAreTheExitCodesOfTheProgram) {
  EXPECT_EQ(static_cast<int>(failed("").code), 1);
  EXPECT_EQ(static_cast<int>(bad_input("").code), 2);
  EXPECT_EQ(static_cast<int>(interrupted("").code), 130);
}

}  // namespace
}  // namespace scotoma
