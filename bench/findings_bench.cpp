// SPDX-License-Identifier: Apache-2.0
// scotoma_findings: how long stored findings (record/findings_store.h) take to open and to give a page, how much memory
// that takes, and how large they are. Each step is measured in a process of its own, forked before any findings are
// made, so that its memory is its own.
//
// Usage: scotoma_findings [different images, 1000000]
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include "scotoma/core/hash.h"
#include "scotoma/record/findings_store.h"

namespace scotoma {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kPage = 100;
constexpr std::size_t kLabels = 200;

class Clockwork {
 public:
  double milliseconds() const {
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin_).count();
  }

 private:
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

/// A line of /proc/self/status, in MB.
double megabytes(const std::string& field) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with(field + ":")) return std::atof(line.c_str() + field.size() + 1) * 1024 / 1e6;
  }
  return 0;
}

/// New samples, each with an image of its own.
class Samples {
 public:
  std::vector<Sample> of(const std::string& prompt, std::size_t count) {
    std::vector<Sample> out;
    for (std::size_t i = 0; i < count; ++i) {
      Sample& sample = out.emplace_back();
      sample.image = Hasher().field(++made_).hex();
      sample.request = {prompt, 0x9E3779B97F4A7C15U * made_};
      for (int place = 0; place < 5; ++place)
        sample.prediction.top.push_back({static_cast<int>(made_ * 31 % 1000), 0.5F / static_cast<float>(place + 1)});
      sample.judgement = {made_ % 20 != 0, 0.9F};
      sample.correct = made_ % 3 != 0;
    }
    return out;
  }

 private:
  std::uint64_t made_ = 0;
};

Hypothesis hypothesis(std::size_t number, Samples& samples) {
  Hypothesis h;
  h.id = fmt::format("label-{}-phrase-{}", number % kLabels, number);
  h.label = fmt::format("label {}", number % kLabels);
  h.phrase.text = fmt::format("phrase {}", number);
  for (const char* form : {"a photo of a", "an image of a"})
    h.prompts.push_back(fmt::format("{} {} {}", form, h.label, h.phrase.text));
  h.prompt = h.prompts[0];
  h.source = Source::captions;
  h.status = Status::confirmed;
  h.tried = samples.of(h.prompt, 400);
  h.log_e_path.assign(400, 0.123456789 * static_cast<double>(number + 1));
  h.audit_samples = samples.of(h.prompt, 200);
  const auto without = samples.of("a photo of a " + h.label, 200);
  for (std::size_t i = 0; i < without.size(); ++i) h.pairs.push_back({h.audit_samples[i], without[i]});
  return h;
}

/// Of about that many images: a fifth baseline images of 200 labels, and hypotheses with 800 each; groups, and rows of
/// the cross-check, that show some of them again.
Findings findings_of(std::size_t images) {
  Findings findings;
  Samples samples;
  for (int i = 0; i < 1000; ++i) findings.class_names.push_back(fmt::format("class {}", i));
  for (std::size_t i = 0; i < kLabels; ++i) {
    BaseResult& base = findings.bases.emplace_back();
    base.label = fmt::format("label {}", i);
    base.prompts = {"a photo of a " + base.label};
    base.samples = samples.of(base.prompts[0], images / 5 / kLabels);
    Cluster& cluster = findings.clusters.emplace_back();
    cluster.label = base.label;
    for (std::size_t k = 0; k < base.samples.size(); k += 3) cluster.members.push_back(base.samples[k]);
    cluster.captions.assign(std::min<std::size_t>(64, cluster.members.size()), "a small animal on a large flower");
  }
  const std::size_t hypotheses = images * 4 / 5 / 800;
  for (std::size_t i = 0; i < hypotheses; ++i) findings.hypotheses.push_back(hypothesis(i, samples));
  for (std::size_t row = 0; row < hypotheses / 50; ++row) {
    const Hypothesis& h = findings.hypotheses[row];
    CrossRow& cross = findings.cross.emplace_back();
    cross.phrase = h.phrase;
    cross.bugs = {h.id};
    for (std::size_t i = 1; i < kLabels; ++i) {
      CrossCell& cell = cross.cells.emplace_back();
      cell.label = fmt::format("label {}", i);
      cell.samples = {h.audit_samples.begin(), h.audit_samples.begin() + 4};
    }
  }
  return findings;
}

/// What `work` returns decides; it prints by itself.
bool in_a_process(const std::function<bool()>& work) {
  std::fflush(stdout);
  const pid_t child = ::fork();
  if (child == 0) {
    const bool done = work();
    std::fflush(stdout);
    ::_exit(done ? 0 : 1);
  }
  int status = 0;
  return child > 0 && ::waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

bool complain(const Error& error) {
  fmt::print(stderr, "{}\n", error.message);
  return false;
}

bool write(const fs::path& folder, std::size_t images) {
  const Findings findings = findings_of(images);
  const ResultsKey key = {"bugs", "study", 1, 2};
  const Clockwork clock;
  auto written = write_findings(findings, key, folder / kFindingsFile);
  if (!written.ok()) return complain(written.error());
  if (const auto placed = written->place(); !placed.ok()) return complain(placed.error());
  fmt::print("written and forced to disk     {:8.0f} ms\n", clock.milliseconds());
  return true;
}

/// Lets the system forget the file's pages.
void forget(const fs::path& file) {
  const Descriptor open(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (open.open()) static_cast<void>(::posix_fadvise(open.get(), 0, 0, POSIX_FADV_DONTNEED));
}

/// Opens the store and reads a page from the middle of the largest list.
bool open_and_page(const fs::path& folder, const char* name) {
  const double before = megabytes("VmHWM");
  const Clockwork clock;
  const auto stored = StoredFindings::open(folder);
  if (!stored.ok()) return complain(stored.error());
  const double opened = clock.milliseconds();
  const SampleList list = {ListOf::base, stored->findings().bases.size() / 2};
  const auto page = stored->samples(list, stored->size(list) / 2, kPage);
  if (!page.ok()) return complain(page.error());
  fmt::print("{:<30} {:8.1f} ms, of which opening {:.1f}; a page of {}; {:.1f} MB more resident at most\n", name,
             clock.milliseconds(), opened, page->size(), megabytes("VmHWM") - before);
  return true;
}

bool read_all(const fs::path& folder) {
  const double before = megabytes("VmHWM");
  const Clockwork clock;
  const auto stored = StoredFindings::open(folder);
  if (!stored.ok()) return complain(stored.error());
  const auto findings = stored->all();
  if (!findings.ok()) return complain(findings.error());
  fmt::print("all of it                      {:8.0f} ms, {:.0f} MB more resident at most\n", clock.milliseconds(),
             megabytes("VmHWM") - before);
  const auto bytes = fs::file_size(folder / kFindingsFile);
  fmt::print("{} different images, {} bytes: {:.1f} an image\n", stored->images(), bytes,
             static_cast<double>(bytes) / static_cast<double>(stored->images()));
  return true;
}

bool measure(std::size_t images) {
  std::string name = (fs::temp_directory_path() / "scotoma-findings-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) return complain(failed(name + ": cannot be made"));
  const fs::path folder = name;
  bool done = in_a_process([&] { return write(folder, images); });
  forget(folder / kFindingsFile);
  done = done && in_a_process([&] { return open_and_page(folder, "opened and paged, disk cold"); });
  for (int i = 0; i < 3; ++i)
    done = done && in_a_process([&] { return open_and_page(folder, "opened and paged, disk warm"); });
  done = done && in_a_process([&] { return read_all(folder); });
  std::error_code ignored;
  fs::remove_all(folder, ignored);
  return done;
}

}  // namespace
}  // namespace scotoma

int main(int argc, char** argv) {
  const long long images = argc > 1 ? std::atoll(argv[1]) : 1'000'000;
  return images > 0 && scotoma::measure(static_cast<std::size_t>(images)) ? 0 : 1;
}
