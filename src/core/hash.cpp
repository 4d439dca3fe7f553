#include "core/hash.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <fstream>
#include <vector>

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
  std::string text;
  for (std::uint8_t byte : digest()) text += fmt::format("{:02x}", byte);
  return text;
}

std::string sha256_hex(std::span<const std::uint8_t> raw) { return Hasher().bytes(raw).hex(); }

Result<std::string> sha256_of_file(const std::filesystem::path& path) {
  std::error_code ignored;
  std::ifstream in(path, std::ios::binary);
  if (!in || std::filesystem::is_directory(path, ignored))
    return bad_input(fmt::format("{}: cannot be read; does the file exist?", path.string()));
  Hasher hasher;
  std::vector<char> block(1 << 20);
  while (in.read(block.data(), static_cast<std::streamsize>(block.size())) || in.gcount() > 0) {
    hasher.bytes({reinterpret_cast<const std::uint8_t*>(block.data()), static_cast<std::size_t>(in.gcount())});
  }
  if (in.bad()) return bad_input(fmt::format("{}: cannot be read to its end", path.string()));
  return hasher.hex();
}

}  // namespace scotoma
