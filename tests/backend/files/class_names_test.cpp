// SPDX-License-Identifier: Apache-2.0
#include "scotoma/backend/files/class_names.h"

#include <gtest/gtest.h>

#include "fake/places.h"
#include "scotoma/backend/files/json_file.h"
#include "scotoma/backend/files/python_literal.h"
#include "scotoma/study/label_class.h"

namespace scotoma {
namespace {

const std::filesystem::path kNameFiles = kCases / "class_names";

/// What a study of the label "fly" and a network of 16 outputs says to the file; empty where all is well.
std::string complaint(const std::filesystem::path& file, const std::vector<std::string>& expected) {
  const auto names = read_class_names(file);
  if (!names.ok()) return names.error().message;
  if (names->size() != expected.size()) {
    return "holds " + std::to_string(names->size()) + " class names" + advice_on_count(*names, expected.size());
  }
  Study study;
  study.classifier.labels = file;
  study.labels = {{"fly", "fly", "", {}}};
  if (const auto found = classes_of_labels(study, *names); !found.ok()) return found.error().message;
  EXPECT_EQ(*names, expected) << file;
  return {};
}

TEST(ClassNames, EveryFormThatPeopleHaveIsReadOrNamedWithWhatToDo) {
  const auto cases = read_json_file(kNameFiles / "expected.json").value();
  const std::vector<std::string> names = cases.at("names");
  for (const auto& [file, says] : cases.at("files").items()) {
    const std::string complains = complaint(kNameFiles / file, names);
    EXPECT_EQ(complains.empty(), says.empty()) << file << ": " << complains;
    for (const std::string part : says) {
      EXPECT_NE(complains.find(part), std::string::npos) << file << " without '" << part << "': " << complains;
    }
  }
}

TEST(ClassNames, ANetworkWithOneOutputMoreMayHaveABackground) {
  EXPECT_NE(advice_on_count({"fly", "bee"}, 3).find("background"), std::string::npos);
  EXPECT_EQ(advice_on_count({"fly", "bee"}, 1), "");
  EXPECT_EQ(advice_on_count({"background", "bee"}, 7), "");
}

TEST(PythonLiteral, ReadsWhatPythonPrintsAndNothingElse) {
  EXPECT_EQ(parse_python_literal(R"([ 'a\'b', "c", (1, {'d': 2,}), ] # end)"),
            nlohmann::json::parse(R"(["a'b", "c", [1, {"d": 2}]])"));
  for (const char* text : {"", "[", "['a' 'b']", "[None]", "{1: 'a', 1: 'b'}", "['a'] b", "[[[[[[[[[[[]]]]]]]]]]]",
                           "'\\n'", "[1234567890]", "{'a'}", "[,]", "'a"}) {
    EXPECT_EQ(parse_python_literal(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace scotoma
