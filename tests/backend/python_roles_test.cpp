// SPDX-License-Identifier: Apache-2.0
#include "scotoma/backend/python_roles.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>

#include "fake/folder.h"
#include "fake/world.h"
#include "scotoma/backend/registry.h"
#include "scotoma/study/read.h"

namespace scotoma {
namespace {

/// Stands in for the package: objects are roles of a world in memory.
class WorldRoles final : public PythonRoles {
 public:
  explicit WorldRoles(fake::World& world) : models_(world.models()) {}

  void look_in(const std::filesystem::path& /*folder*/) override {}
  Result<std::unique_ptr<Generator>> generator(const std::string& object) override {
    return known(object, std::move(models_.generator));
  }
  Result<std::unique_ptr<Classifier>> classifier(const std::string& object) override {
    return known(object, std::move(models_.classifier));
  }
  Result<std::unique_ptr<Captioner>> captioner(const std::string& object) override {
    return known(object, std::move(models_.captioner));
  }
  Result<std::unique_ptr<Embedder>> embedder(const std::string& object) override {
    return known(object, std::move(models_.embedder));
  }
  Result<std::unique_ptr<Judge>> judge(const std::string& object, double threshold) override {
    threshold_ = threshold;
    return known(object, std::move(models_.judge));
  }

  double threshold() const { return threshold_; }

 private:
  template <class Role>
  Result<std::unique_ptr<Role>> known(const std::string& object, std::unique_ptr<Role> role) {
    if (object == "world:role") return role;
    return bad_input(object + ": no such object");
  }

  Models models_;
  double threshold_ = 0;
};

/// Gives every image the same pixels, whatever is asked, or such as depend on the batch.
class Painter final : public Generator {
 public:
  Painter(std::size_t batch, int (*shade)(std::size_t call, std::size_t images)) : batch_(batch), shade_(shade) {}

  std::string fingerprint() const override { return "painter"; }
  std::string describe() const override { return "painter"; }
  std::size_t batch() const override { return batch_; }
  Result<std::vector<Image>> generate(std::span<const GenerationRequest> requests) override {
    std::vector<Image> images;
    const int shade = shade_(calls_++, requests.size());
    for (const GenerationRequest& request : requests) {
      Image image{8, 8, std::vector<std::uint8_t>(192, static_cast<std::uint8_t>(shade))};
      image.rgb[0] = static_cast<std::uint8_t>(request.seed);
      images.push_back(std::move(image));
    }
    return images;
  }

 private:
  std::size_t batch_;
  int (*shade_)(std::size_t, std::size_t);
  std::size_t calls_ = 0;
};

class PainterRoles final : public PythonRoles {
 public:
  explicit PainterRoles(std::unique_ptr<Generator> painter) : painter_(std::move(painter)) {}
  void look_in(const std::filesystem::path& /*folder*/) override {}
  Result<std::unique_ptr<Generator>> generator(const std::string& /*object*/) override { return std::move(painter_); }
  Result<std::unique_ptr<Classifier>> classifier(const std::string& /*object*/) override { return none(); }
  Result<std::unique_ptr<Captioner>> captioner(const std::string& /*object*/) override { return none(); }
  Result<std::unique_ptr<Embedder>> embedder(const std::string& /*object*/) override { return none(); }
  Result<std::unique_ptr<Judge>> judge(const std::string& /*object*/, double /*threshold*/) override { return none(); }

 private:
  static Error none() { return bad_input("none"); }
  std::unique_ptr<Generator> painter_;
};

Result<std::vector<Image>> painted(std::size_t batch, int (*shade)(std::size_t, std::size_t)) {
  PainterRoles roles(std::make_unique<Painter>(batch, shade));
  GeneratorOptions options;
  options.object = "a:b";
  const auto generator = load_python_generator(&roles, options);
  EXPECT_TRUE(generator.ok());
  const GenerationRequest request{"a fly", 3};
  return (*generator)->generate({&request, 1});
}

const std::string kRoles =
    "labels = [\"fly\"]\n[generator]\nkind = \"python\"\nobject = \"world:role\"\n[classifier]\nkind = \"python\"\n"
    "object = \"world:role\"\n[captioner]\nkind = \"python\"\nobject = \"world:role\"\n[embedder]\nkind = \"python\"\n"
    "object = \"world:role\"\n[judge]\nkind = \"python\"\nobject = \"world:role\"\nthreshold = 0.7\n";

TEST(PythonRoles, AStudyNamesThem) {
  fake::World world;
  const auto roles = std::make_shared<WorldRoles>(world);
  auto study = parse_study(kRoles, "study.toml");
  ASSERT_TRUE(study.ok()) << study.error().message;
  EXPECT_TRUE(study->notes.empty());
  EXPECT_TRUE(uses_embedder(*study));
  study->engine.python = roles;
  const auto models = load_models(*study);
  ASSERT_TRUE(models.ok()) << models.error().message;
  for (const auto& [kind, name] : names_of(RoleKind()))
    EXPECT_EQ(role_of(*models, kind) != nullptr, kind != RoleKind::draft) << name;
  EXPECT_EQ(roles->threshold(), 0.7);
}

TEST(PythonRoles, TheProgramAloneHasNone) {
  const auto study = parse_study(kRoles, "study.toml");
  const auto models = load_models(*study);
  ASSERT_FALSE(models.ok());
  EXPECT_EQ(models.error().code, Code::bad_input);
  EXPECT_NE(models.error().message.find("classifier.kind is \"python\", and this program runs no Python: install"),
            std::string::npos);
}

TEST(PythonRoles, AnObjectIsAskedForAndNothingElse) {
  const auto refused = [](std::string text, const std::string& from, const std::string& to) {
    text.replace(text.find(from), from.size(), to);
    const auto study = parse_study(text, "study.toml");
    return study.ok() ? std::string("read") : study.error().message;
  };
  EXPECT_EQ(
      refused(kRoles, "[classifier]\nkind = \"python\"\nobject = \"world:role\"", "[classifier]\nkind = \"python\""),
      "study.toml: 'classifier.object' is missing: for python: what answers, as \"module:name\"");
  EXPECT_EQ(
      refused(kRoles, "[classifier]\n", "[classifier]\nmodel = \"a.onnx\"\n"),
      "study.toml:6: 'classifier.model' is only for classifier.kind = \"openvino\", but the kind is \"python\"; take "
      "it out");
  EXPECT_EQ(refused(kRoles, "[generator]\n", "[generator]\nsteps = 3\n"),
            "study.toml:3: 'generator.steps' is only for generator.kind = \"openvino\" or \"sdcpp\", but the kind is "
            "\"python\"; take it out");
  EXPECT_EQ(refused(kRoles, "[judge]\nkind = \"python\"", "[judge]\nkind = \"none\""),
            "study.toml:16: 'judge.object' is only for judge.kind = \"python\", but the kind is \"none\"; take it out");
}

TEST(PythonRoles, AGeneratorMustGiveTheSameImageAloneAndAmongOthers) {
  const auto steady = [](std::size_t, std::size_t) { return 90; };
  const auto of_company = [](std::size_t, std::size_t images) { return static_cast<int>(40 * images); };
  const auto of_chance = [](std::size_t call, std::size_t) { return static_cast<int>(20 * call); };
  EXPECT_TRUE(painted(4, steady).ok());
  EXPECT_TRUE(painted(1, steady).ok());
  EXPECT_NE(painted(4, of_company).error().message.find("gives another image alone than among others"),
            std::string::npos);
  EXPECT_NE(painted(1, of_chance).error().message.find("gives another image when it is asked again"),
            std::string::npos);
}

}  // namespace
}  // namespace scotoma
