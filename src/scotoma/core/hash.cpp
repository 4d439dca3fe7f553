// SPDX-License-Identifier: Apache-2.0
#include "scotoma/core/hash.h"

#include <openssl/evp.h>

#include <vector>

#include "scotoma/core/file.h"
#include "scotoma/core/hex.h"

namespace scotoma {

struct Hasher::State {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  ~State() { EVP_MD_CTX_free(context); }
};

Hasher::Hasher() : state_(std::make_unique<State>()) { EVP_DigestInit_ex(state_->context, EVP_sha256(), nullptr); }

Hasher::~Hasher() = default;

Hasher& Hasher::bytes(std::span<const std::uint8_t> raw) {
  EVP_DigestUpdate(state_->context, raw.data(), raw.size());
  return *this;
}

Hasher& Hasher::field(std::string_view text) {
  field(static_cast<std::uint64_t>(text.size()));
  EVP_DigestUpdate(state_->context, text.data(), text.size());
  return *this;
}

Hasher& Hasher::field(std::uint64_t number) {
  std::array<std::uint8_t, 8> raw{};
  for (std::size_t i = 0; i < raw.size(); ++i) raw[i] = static_cast<std::uint8_t>(number >> (8 * i));
  return bytes(raw);
}

std::array<std::uint8_t, 32> Hasher::digest() {
  std::array<std::uint8_t, 32> out{};
  EVP_DigestFinal_ex(state_->context, out.data(), nullptr);
  return out;
}

std::string Hasher::hex() {
  const auto raw = digest();
  return hex_of({reinterpret_cast<const char*>(raw.data()), raw.size()});
}

std::string sha256_hex(std::span<const std::uint8_t> raw) { return Hasher().bytes(raw).hex(); }

std::string sha256_hex(std::string_view raw) {
  return sha256_hex({reinterpret_cast<const std::uint8_t*>(raw.data()), raw.size()});
}

Result<std::string> sha256_of_file(const std::filesystem::path& path) {
  SCOTOMA_ASSIGN_OR_RETURN(const PlainFile file, open_plain_file(path));
  Hasher hasher;
  std::vector<char> block(1 << 20);
  for (;;) {
    SCOTOMA_ASSIGN_OR_RETURN(const std::size_t n, read_some(file, block, path));
    if (n == 0) return hasher.hex();
    hasher.bytes({reinterpret_cast<const std::uint8_t*>(block.data()), n});
  }
}

}  // namespace scotoma
