// SPDX-License-Identifier: Apache-2.0
#include "scotoma/study/imagenet_1k.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>

#include "scotoma/study/read.h"

namespace scotoma {
namespace {

std::vector<std::string> named(std::string_view term) {
  const auto places = imagenet_classes(term);
  std::vector<std::string> names;
  if (!places.ok()) return names;
  for (const std::size_t place : *places) names.push_back(imagenet_1k()[place].name);
  return names;
}

TEST(Imagenet1k, HasAThousandClassesInTheOrderOfTheirIdsEachWithANameOfItsOwn) {
  const auto& all = imagenet_1k();
  ASSERT_EQ(all.size(), 1000U);
  std::set<std::string> names;
  for (std::size_t i = 0; i < all.size(); ++i) {
    EXPECT_TRUE(i == 0 || all[i - 1].id < all[i].id) << all[i].id;
    EXPECT_FALSE(all[i].hypernym.empty()) << all[i].name;
    std::string small = all[i].name;
    std::transform(small.begin(), small.end(), small.begin(), [](unsigned char c) { return std::tolower(c); });
    EXPECT_TRUE(names.insert(small).second) << all[i].name << " is there twice";
  }
}

/// Places that torchvision and Keras document, or show in their examples.
TEST(Imagenet1k, HasTheOrderOfTheNetworksOutputs) {
  const auto& all = imagenet_1k();
  EXPECT_EQ(all[0].name, "tench");
  EXPECT_EQ(all[0].id, "n01440764");
  EXPECT_EQ(all[207].name, "golden retriever");
  EXPECT_EQ(all[281].name, "tabby");
  EXPECT_EQ(all[285].name, "Egyptian cat");
  EXPECT_EQ(all[386].name, "African elephant");
  EXPECT_EQ(all[954].name, "banana");
  EXPECT_EQ(all[999].name, "toilet tissue");
}

TEST(Imagenet1k, TellsClassesOfOneWordByWhatTheyAre) {
  EXPECT_EQ(named("crane"), (std::vector<std::string>{"crane (wading bird)", "crane (lifting device)"}));
  EXPECT_EQ(named("crane bird"), (std::vector<std::string>{"crane (wading bird)"})) << "torchvision's name";
  EXPECT_EQ(named("Cardigan"), (std::vector<std::string>{"Cardigan (corgi)", "cardigan (sweater)"}));
  EXPECT_EQ(named("n03126707"), (std::vector<std::string>{"crane (lifting device)"}));
}

TEST(Imagenet1k, GivesAllThatIsOfAKind) {
  const auto dogs = named("dog");
  EXPECT_EQ(dogs.size(), 118U);
  EXPECT_EQ(dogs.front(), "Chihuahua");
  EXPECT_EQ(dogs.back(), "Mexican hairless");
  EXPECT_EQ(named("all dogs"), dogs);
  EXPECT_EQ(named("Domestic Dog"), dogs);
  EXPECT_EQ(named("n02084071"), dogs);
  EXPECT_EQ(named("entity").size(), 1000U) << "everything is one";
  EXPECT_EQ(named("glass"), (std::vector<std::string>{"beer glass", "goblet"})) << "a word of what they are";
}

TEST(Imagenet1k, SaysWhatIsThereWhereATermNamesNone) {
  const auto none = imagenet_classes("retrieve");
  ASSERT_FALSE(none.ok());
  EXPECT_NE(none.error().message.find("\"golden retriever\""), std::string::npos) << none.error().message;
  EXPECT_FALSE(imagenet_classes("").ok());
}

/// What every study needs beside its labels.
std::string study(const std::string& labels) {
  return labels +
         "\n[generator]\nmodel = \"g\"\n[classifier]\nmodel = \"c.onnx\"\nlabels = \"imagenet-1k\"\n"
         "[captioner]\nmodel = \"c\"\n[embedder]\nmodel = \"e\"\n";
}

TEST(Imagenet1k, GivesAStudyItsLabels) {
  const auto all = parse_study(study("labels = \"imagenet-1k\""), "s.toml", NamedFiles::may_be_gone);
  ASSERT_TRUE(all.ok()) << all.error().message;
  EXPECT_EQ(all->labels.size(), 1000U);
  EXPECT_EQ(all->classifier.labels, "imagenet-1k");
  const auto some = parse_study(study("labels = [\"imagenet-1k/wolf\", \"fly\", \"imagenet-1k/crane\"]"), "s.toml",
                                NamedFiles::may_be_gone);
  ASSERT_TRUE(some.ok()) << some.error().message;
  ASSERT_EQ(some->labels.size(), 7U);
  EXPECT_EQ(some->labels[0].name, "timber wolf");
  EXPECT_EQ(some->labels[0].hypernym, "wolf");
  EXPECT_EQ(some->labels[0].synonyms, (std::vector<std::string>{"grey wolf", "gray wolf", "Canis lupus"}));
  EXPECT_EQ(some->labels[4].name, "fly");
  EXPECT_EQ(some->labels[6].class_name, "crane (lifting device)");
}

TEST(Imagenet1k, OfAStudyIsRefusedWithTheLineWhereItNamesNothingOrOneTwice) {
  for (const char* labels : {"labels = \"imagenet-1k/unicorn\"", "labels = [\"imagenet-1k/unicorn\"]",
                             "labels = \"fly\"", "labels = [\"imagenet-1k/dog\", \"imagenet-1k/beagle\"]"}) {
    const auto none = parse_study(study(labels), "s.toml", NamedFiles::may_be_gone);
    ASSERT_FALSE(none.ok()) << labels;
    EXPECT_EQ(none.error().message.find("s.toml:1: "), 0U) << none.error().message;
  }
}

}  // namespace
}  // namespace scotoma
