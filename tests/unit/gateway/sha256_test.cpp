#include "sha256.hpp"

#include <catch2/catch_test_macros.hpp>
#include <set>

using namespace logchute::gateway;

namespace {

std::string hex(const Digest& digest) {
    std::string text;
    for (const unsigned char byte : digest) text.append(1, "0123456789abcdef"[byte >> 4]).append(1, "0123456789abcdef"[byte & 15]);
    return text;
}

}  // namespace

TEST_CASE("an HMAC is what RFC 4231 says") {
    CHECK(hex(hmac_sha256("Jefe", "what do ya want for nothing?")) == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    CHECK(hex(hmac_sha256(std::string(20, '\x0b'), "Hi There")) == "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
}

TEST_CASE("parts that run together alike have other hashes") {
    std::set<std::string> seen;
    seen.insert(Sha256().hex());
    seen.insert(Sha256().add("").hex());
    seen.insert(Sha256().add("ab").hex());
    seen.insert(Sha256().add("a").add("b").hex());
    seen.insert(Sha256().add("").add("ab").hex());
    CHECK(seen.size() == 5);
    CHECK(Sha256().add("a").hex(4).size() == 8);
}

TEST_CASE("digests are equal or not, wherever they differ") {
    const Digest digest = hmac_sha256("key", "text");
    CHECK(equal_in_constant_time(digest, hmac_sha256("key", "text")));
    for (std::size_t at = 0; at < digest.size(); ++at) {
        Digest other = digest;
        other[at] ^= 1;
        CHECK_FALSE(equal_in_constant_time(digest, other));
    }
}
