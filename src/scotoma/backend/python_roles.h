// SPDX-License-Identifier: Apache-2.0
// Roles of the kind "python": objects of Python's, which only its package can reach (python/bindings).
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "scotoma/core/result.h"
#include "scotoma/model/roles.h"
#include "scotoma/study/study.h"

namespace scotoma {

/// Makes roles of objects. `object`: as the study names it, "module:name". Errors: bad_input, naming the object and
/// what it lacks.
class PythonRoles {
 public:
  virtual ~PythonRoles() = default;

  /// Modules in this folder, a study's, may be named too.
  virtual void look_in(const std::filesystem::path& folder) = 0;

  virtual Result<std::unique_ptr<Generator>> generator(const std::string& object) = 0;
  virtual Result<std::unique_ptr<Classifier>> classifier(const std::string& object) = 0;
  virtual Result<std::unique_ptr<Captioner>> captioner(const std::string& object) = 0;
  virtual Result<std::unique_ptr<Embedder>> embedder(const std::string& object) = 0;

  /// `threshold`: an image is valid from this probability of its label on.
  virtual Result<std::unique_ptr<Judge>> judge(const std::string& object, double threshold) = 0;
};

/// The same, examined before their first answer, as networks are when they are loaded (backend/health.h): an answer
/// must not depend on the others of its batch, nor on chance, and of a generator, a classifier and an embedder (of
/// images and of texts each) must depend on the input. `roles` may be null: the program alone runs no Python. Errors:
/// bad_input.
Result<std::unique_ptr<Generator>> load_python_generator(PythonRoles* roles, const GeneratorOptions& options);
Result<std::unique_ptr<Classifier>> load_python_classifier(PythonRoles* roles, const ClassifierOptions& options);
Result<std::unique_ptr<Captioner>> load_python_captioner(PythonRoles* roles, const CaptionerOptions& options);
Result<std::unique_ptr<Embedder>> load_python_embedder(PythonRoles* roles, const EmbedderOptions& options);
Result<std::unique_ptr<Judge>> load_python_judge(PythonRoles* roles, const JudgeOptions& options);

}  // namespace scotoma
