// SPDX-License-Identifier: Apache-2.0
// Certificates through the real command line.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "e2e/program.h"
#include "fake/folder.h"

namespace scotoma::e2e {
namespace {

using nlohmann::json;

class Certified : public testing::Test {
 protected:
  Certified() {
    folder_.write("study.toml", small_study({{"[engine]",
                                              "[[attributes]]\nname = \"places\"\nphrases = [\"on a flower\", "
                                              "\"in the grass\"]\n[[attributes]]\nname = \"light\"\nposition = "
                                              "\"before\"\nphrases = [\"dark\"]\n[certify]\nsize = 0.5\n"
                                              "lists = [\"places\"]\n[engine]"}}));
  }
  Outcome certify(std::vector<std::string> arguments) {
    std::vector<std::string> all = {"certify", (folder_ / "study.toml").string(), "--out", (folder_ / "out").string(),
                                    "--quiet"};
    all.insert(all.end(), arguments.begin(), arguments.end());
    return run(all);
  }
  std::string file(const char* name) const { return read_file(folder_ / "out" / name); }

  fake::Folder folder_;
};

TEST_F(Certified, AFlyOnAFlowerIsABugAndAnotherRunAsksNothingAnew) {
  const std::string junit = (folder_ / "junit.xml").string();
  const Outcome red = certify({"--label", "fly", "--junit", junit});
  EXPECT_EQ(red.code, 1) << red.errors;
  EXPECT_NE(red.errors.find("not all is certified"), std::string::npos) << red.errors;
  const json all = json::parse(file("certificate.json"));
  ASSERT_EQ(all["cells"].size(), 2U);
  EXPECT_EQ(all["size"], 0.5);
  EXPECT_EQ(all["cells"][0]["verdict"], "bug") << all["cells"][0];
  EXPECT_NE(red.output.find("'fly' is not certified"), std::string::npos) << red.output;
  EXPECT_NE(read_file(junit).find("<failure type=\"bug\""), std::string::npos);
  const std::string page = file("certificate.html");
  EXPECT_NE(page.find("data:image/"), std::string::npos) << "no failing image";
  const int answers = answers_in(folder_ / "out");
  const Outcome again = certify({"--label", "fly", "--threads", "1"});
  EXPECT_EQ(again.output, red.output);
  EXPECT_EQ(file("certificate.html"), page);
  EXPECT_EQ(answers_in(folder_ / "out"), answers);
}

TEST_F(Certified, WhatDoesNotMatterIsCertified) {
  const Outcome green = certify({"--label", "fly", "--phrase", "in the grass", "--json"});
  ASSERT_EQ(green.code, 0) << green.output << green.errors;
  const json all = json::parse(green.output);
  EXPECT_TRUE(all["certified"]);
  EXPECT_EQ(all, json::parse(file("certificate.json")));
  EXPECT_EQ(all["labels"][0]["sentence"],
            "\"in the grass\" does not raise the failure rate of 'fly' by more than 50 points (alpha 5\u00A0%).");
}

TEST_F(Certified, FindEndsWithItAndTheVerbAfterwardsSaysTheSameAndAsksNothingAnew) {
  const auto find = [&](const char* threads) {
    return run({"find", (folder_ / "study.toml").string(), "--out", (folder_ / "out").string(), "--quiet", "--threads",
                threads});
  };
  const Outcome found = find("2");
  ASSERT_EQ(found.code, 0) << found.errors;
  EXPECT_NE(found.output.find("Certificate: Not all is certified: of 4 phrases and labels"), std::string::npos)
      << found.output;
  const json bugs = json::parse(file("bugs.json"));
  ASSERT_EQ(bugs["certificate"]["cells"].size(), 4U);
  EXPECT_EQ(bugs["certificate"]["cells"][0]["verdict"], "bug");
  EXPECT_EQ(bugs["settings"]["certify"]["lists"], json::array({"places"}));
  const std::string page = file("report.html");
  EXPECT_NE(page.find("<section id=\"certificate\">"), std::string::npos);
  const int answers = answers_in(folder_ / "out");
  EXPECT_EQ(certify({}).code, 1);
  EXPECT_EQ(answers_in(folder_ / "out"), answers) << "the verb asked something anew";
  json alone = json::parse(file("certificate.json"));
  for (const char* key : {"size", "counts", "levels", "images", "labels", "statements", "limits"})
    EXPECT_EQ(alone[key], bugs["certificate"][key]) << key;
  const std::string first = file("bugs.json");
  EXPECT_EQ(find("1").code, 0);
  EXPECT_EQ(file("bugs.json"), first);
  std::filesystem::remove(folder_ / "out/report.html");
  ASSERT_EQ(run({"report", (folder_ / "out").string()}).code, 0);
  EXPECT_EQ(file("report.html"), page) << "from what is stored";
}

TEST_F(Certified, BadInputIsSaidBeforeAnythingIsMade) {
  EXPECT_EQ(certify({"--list", "weather"}).code, 2);
  EXPECT_NE(certify({"--list", "weather"}).errors.find("it has: places, light"), std::string::npos);
  EXPECT_EQ(certify({"--phrase", " "}).code, 2);
  const Outcome braces = certify({"--phrase", "with {a label}"});
  EXPECT_EQ(braces.code, 2);
  EXPECT_NE(braces.errors.find("it holds {a label}"), std::string::npos) << braces.errors;
  EXPECT_EQ(certify({"--size", "1"}).code, 2);
  for (const char* option : {"--size", "--alpha"}) EXPECT_EQ(certify({option, "nan"}).code, 2) << option;
  EXPECT_EQ(certify({"--junit", (folder_ / "nowhere/x.xml").string()}).code, 2);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "out/certificate.json"));
  const Outcome label = certify({"--label", "wasp"});
  EXPECT_EQ(label.code, 2);
  EXPECT_NE(label.errors.find("no label 'wasp'"), std::string::npos) << label.errors;
}

TEST(CertifyInFind, AListThatIsNotThereIsSaidBeforeAnythingIsMade) {
  const fake::Folder folder;
  const std::string study =
      folder.write("study.toml", small_study({{"[engine]", "[certify]\nlists = [\"weather\"]\n[engine]"}})).string();
  const Outcome none = run({"find", study, "--out", (folder / "out").string()});
  EXPECT_EQ(none.code, 2);
  EXPECT_NE(none.errors.find("no [[attributes]] list 'weather' for the certificate"), std::string::npos) << none.errors;
  EXPECT_FALSE(std::filesystem::exists(folder / "out/bugs.json"));
}

TEST(CertifyWithoutPhrases, SaysWhereToNameSome) {
  const fake::Folder folder;
  const std::string study = folder.write("study.toml", small_study()).string();
  const Outcome none = run({"certify", study, "--out", (folder / "out").string()});
  EXPECT_EQ(none.code, 2);
  EXPECT_NE(none.errors.find("certify.phrases"), std::string::npos) << none.errors;
}

}  // namespace
}  // namespace scotoma::e2e
