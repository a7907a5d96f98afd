#include "sha256.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <cstdint>
#include <span>

#include "logchute/core/assert.hpp"

namespace logchute::gateway {
namespace {

std::string to_hex(std::span<const unsigned char> bytes) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string text;
    text.reserve(bytes.size() * 2);
    for (const unsigned char byte : bytes) text.append(1, kDigits[byte >> 4]).append(1, kDigits[byte & 15]);
    return text;
}

}  // namespace

// OpenSSL fails here only where there is no memory or the build lacks SHA-256: nothing that input could bring about.
struct Sha256::Context {
    std::unique_ptr<EVP_MD_CTX, decltype([](EVP_MD_CTX* it) { EVP_MD_CTX_free(it); })> it{EVP_MD_CTX_new()};
};

Sha256::Sha256() : context_(std::make_unique<Context>()) {
    const bool is_ready = context_->it && EVP_DigestInit_ex(context_->it.get(), EVP_sha256(), nullptr) == 1;
    LOGCHUTE_ASSERT(is_ready);
}

Sha256::~Sha256() = default;

Sha256& Sha256::add(std::string_view part) {
    const std::uint64_t size = part.size();
    const bool is_taken = EVP_DigestUpdate(context_->it.get(), &size, sizeof size) == 1 &&
                          EVP_DigestUpdate(context_->it.get(), part.data(), part.size()) == 1;
    LOGCHUTE_ASSERT(is_taken);
    return *this;
}

std::string Sha256::hex(std::size_t bytes) {
    Digest digest{};
    const bool is_done = EVP_DigestFinal_ex(context_->it.get(), digest.data(), nullptr) == 1;
    LOGCHUTE_ASSERT(is_done && bytes <= digest.size());
    return to_hex(std::span(digest).first(bytes));
}

Digest hmac_sha256(std::string_view key, std::string_view message) {
    Digest digest{};
    const unsigned char* const done = HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
                                           reinterpret_cast<const unsigned char*>(message.data()), message.size(), digest.data(), nullptr);
    LOGCHUTE_ASSERT(done != nullptr);
    return digest;
}

bool equal_in_constant_time(const Digest& a, const Digest& b) noexcept { return CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0; }

}  // namespace logchute::gateway
