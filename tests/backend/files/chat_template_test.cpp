// SPDX-License-Identifier: Apache-2.0
#include "scotoma/backend/files/chat_template.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <unistd.h>

#include <fstream>

#include "fake/places.h"
#include "scotoma/backend/files/json_file.h"

namespace scotoma {
namespace {

namespace fs = std::filesystem;
using Printed = std::vector<std::string>;

TEST(PrintedBy, IsTextOutsideOfTagsAndExpressions) {
  EXPECT_EQ(printed_by("a {{ b }}c"), (Printed{"'a '", "b", "'c'"}));
  EXPECT_EQ(printed_by("{% if x %}{{ 'y' }}{% endif %}"), (Printed{"'y'"}));
  EXPECT_EQ(printed_by("{# {{ hidden }} #}{{ shown }}"), (Printed{"shown"}));
  EXPECT_EQ(printed_by(""), Printed{});
  EXPECT_EQ(printed_by("{"), Printed{"'{'"});
  EXPECT_EQ(printed_by("{ a {b"), Printed{"'{ a {b'"});
}

TEST(PrintedBy, DropsTheBlanksThatJinjaDrops) {
  EXPECT_EQ(printed_by("{{ a }} \n {{- b }}"), (Printed{"a", "b"}));
  EXPECT_EQ(printed_by("{{ a -}} \n {{ b }}"), (Printed{"a", "b"}));
  EXPECT_EQ(printed_by("{{ a }} \n {{ b }}"), (Printed{"a", "' \\n '", "b"}));
  EXPECT_EQ(printed_by("{% if a %}\n  {% if b %}\n{{ c }}"), Printed{"c"});  // trim_blocks, lstrip_blocks
  EXPECT_EQ(printed_by("{% if a %}\n\n{{ c }}"), (Printed{"'\\n'", "c"}));
  EXPECT_EQ(printed_by("x\n{% endfor %}"), Printed{"'x\\n'"});
  EXPECT_EQ(printed_by("{{ a }}\n"), Printed{"a"});  // the end of the file
}

TEST(PrintedBy, KnowsOneExpressionInAnySpelling) {
  EXPECT_EQ(printed_by("{{a+' \"b\" '}}"), printed_by("{{  a\n + ' \"b\" ' }}"));
  EXPECT_EQ(printed_by("{{ 'a\nb' }}"), printed_by("{{ \"a\\nb\" }}"));
  EXPECT_NE(printed_by("{{ 'a ' }}"), printed_by("{{ 'a' }}"));
  EXPECT_EQ(printed_by("{{ raise_exception('no') }}"), Printed{});
}

RC_GTEST_PROP(PrintedBy, TakesAnyText, ()) {
  const auto pieces = *rc::gen::container<std::vector<std::string>>(rc::gen::element<std::string>(
      "{{", "}}", "{%", "%}", "{#", "#}", "-", "'", "\"", "\\", "\n", " ", "a", "raise_exception(", "{"));
  std::string text;
  for (const auto& piece : pieces) text += piece;
  (void)printed_by(text);
}

/// Templates of released models and what transformers makes of them: recorded by tests/parity/vision_language.py.
TEST(ReadConversation, IsWhatTransformersMakesOfTheTemplate) {
  const auto cases = read_json_file(kCases / "captioners/conversations.json");
  ASSERT_TRUE(cases.ok()) << cases.error().message;
  ASSERT_GE((*cases)["conversations"].size(), 5U);
  const fs::path folder = fs::path(testing::TempDir()) / ("conversations" + std::to_string(getpid()));
  fs::create_directories(folder);
  for (const auto& one : (*cases)["conversations"]) {
    const std::string name = one["name"];
    std::ofstream(folder / "chat_template.jinja") << one["template"].get<std::string>();
    auto text = read_conversation(folder);
    ASSERT_TRUE(text.ok()) << name << ": " << text.error().message;
    const std::string bos = one["bos"];
    const std::string expected = one["text"];
    EXPECT_TRUE(*text == expected || bos + *text == expected) << name << ": " << *text;
    fs::remove(folder / "chat_template.jinja");
    // Older processors keep it in JSON.
    std::ofstream(folder / "tokenizer_config.json") << nlohmann::json{{"chat_template", one["template"]}}.dump();
    EXPECT_EQ(read_conversation(folder).value(), *text);
    fs::remove(folder / "tokenizer_config.json");
  }
  const auto none = read_conversation(folder);
  ASSERT_FALSE(none.ok());
  EXPECT_EQ(none.error().code, Code::bad_input);
  EXPECT_NE(none.error().message.find("holds no chat template"), std::string::npos);
  fs::remove_all(folder);
}

}  // namespace
}  // namespace scotoma
