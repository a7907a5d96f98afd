#include "logchute/core/tokens.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <memory>
#include <random>
#include <string>
#include <vector>

using namespace logchute;

namespace {

/// Text in memory of exactly its size, so that AddressSanitizer sees a read past either end.
class ExactText {
public:
    explicit ExactText(const std::string& text) : size_(text.size()), bytes_(std::make_unique<char[]>(text.size())) {
        text.copy(bytes_.get(), text.size());
    }
    [[nodiscard]] std::string_view view() const { return {bytes_.get(), size_}; }

private:
    std::size_t size_;
    std::unique_ptr<char[]> bytes_;
};

char fold(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool stands_at(std::string_view text, std::string_view sought, std::size_t at) {
    for (std::size_t i = 0; i < sought.size(); ++i) {
        if (fold(text[at + i]) != fold(sought[i])) return false;
    }
    return true;
}

bool splits_token(std::string_view text, std::size_t at) {
    return at > 0 && at < text.size() && is_token_char(static_cast<unsigned char>(text[at - 1])) &&
           is_token_char(static_cast<unsigned char>(text[at]));
}

/// The definition, as slowly as it reads.
bool has_words(std::string_view text, std::string_view sought, bool open_end) {
    for (std::size_t at = 0; at + sought.size() <= text.size(); ++at) {
        if (stands_at(text, sought, at) && !splits_token(text, at) && (open_end || !splits_token(text, at + sought.size()))) return true;
    }
    return false;
}

std::size_t first_place(std::string_view text, std::string_view sought, std::size_t from) {
    for (std::size_t at = from; at + sought.size() <= text.size(); ++at) {
        if (stands_at(text, sought, at)) return at;
    }
    return std::string_view::npos;
}

std::string random_text(std::mt19937& random, std::string_view alphabet, std::size_t size) {
    std::string text(size, ' ');
    for (char& c : text) c = alphabet[random() % alphabet.size()];
    return text;
}

std::vector<std::string> tokens(std::string_view text) {
    std::vector<std::string> all;
    for_each_token(text, [&](std::string_view token) { all.emplace_back(token); });
    return all;
}

}  // namespace

TEST_CASE("token characters are letters, digits, the underscore and everything beyond ASCII") {
    for (unsigned c = 0; c < 256; ++c) {
        const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        CHECK(is_token_char(static_cast<unsigned char>(c)) == (letter || (c >= '0' && c <= '9') || c == '_' || c > 127));
    }
}

TEST_CASE("words are found from one token's edge to another, ASCII letters without case") {
    struct Case {
        std::string_view text, sought;
        bool closed, open;  // found as `word`, and as `word*`
    };
    constexpr Case kCases[] = {
        {"disk full", "disk", true, true},
        {"disk full", "DISK", true, true},
        {"DISK FULL", "disk full", true, true},
        {"disks full", "disk", false, true},
        {"mydisk full", "disk", false, false},
        {"disk_full", "disk", false, true},
        {"disk-full", "disk", true, true},
        {"disk  full", "disk full", false, false},
        {"mydisk, then disk", "disk", true, true},
        {"10.1.2.30", "10.1.2.3", false, true},
        {"110.1.2.3", "10.1.2.3", false, false},
        {"at 10.1.2.3:80", "10.1.2.3", true, true},
        {"münze", "m", false, true},
        {"münze", "münze", true, true},
        {"MÜNZE", "münze", false, false},  // beyond ASCII, case counts
        {"MüNZE", "münze", true, true},
        {"münzen", "münze", false, true},
        {"a=b", "=", true, true},  // an end that is no token character asks nothing of its neighbour
        {"a==b", "=b", true, true},
        {"a=bc", "=b", false, true},
        {"xa=b", "a=", false, false},
        {"x", "", true, true},
        {"", "", true, true},
        {"", "x", false, false},
        {"end", "end", true, true},
        {"the end", "end of it", false, false},
        {"@[`{", "`{@[", false, false},
        {"[", "{", false, false},  // 0x20 apart, but no letters
        {"@", "`", false, false},
    };
    for (const Case& c : kCases) {
        CAPTURE(c.text, c.sought);
        CHECK(WordSearcher(c.sought, false).found_in(c.text) == c.closed);
        CHECK(WordSearcher(c.sought, true).found_in(c.text) == c.open);
    }
}

TEST_CASE("a word searcher tells what it seeks") {
    const WordSearcher searcher("Disk FÜLL", true);
    CHECK(searcher.sought() == "disk fÜll");
    CHECK(searcher.open_end());
}

TEST_CASE("words are found as the definition says, in random texts of every length") {
    std::mt19937 random(1);
    int found = 0;
    for (int round = 0; round < 40'000; ++round) {
        const std::string_view alphabet = round % 2 == 0 ? "aAb -" : "abcdefgABC_ .\xc3\xbc";
        const std::string sought = random_text(random, alphabet, random() % (round % 7 == 0 ? 40 : 4));
        std::string plain = random_text(random, alphabet, random() % 120);
        if (round % 3 == 0) plain.insert(random() % (plain.size() + 1), " " + sought + " ");
        const ExactText text(plain);
        const bool open_end = random() % 2 == 0;
        const bool expected = has_words(plain, sought, open_end);
        if (WordSearcher(sought, open_end).found_in(text.view()) != expected) {
            CAPTURE(plain, sought, open_end);
            FAIL_CHECK("expected " << expected);
        }
        found += expected ? 1 : 0;
    }
    CHECK(found > 10'000);
}

TEST_CASE("a needle is found at its first place, wherever the search begins") {
    std::mt19937 random(2);
    for (int round = 0; round < 20'000; ++round) {
        const std::string sought = random_text(random, "aB-", random() % 20);
        const std::string plain = random_text(random, "AabB-", random() % 90);
        const ExactText text(plain);
        const FoldedNeedle needle(sought);
        const std::size_t from = random() % (plain.size() + 2);
        const std::size_t expected = from > plain.size() ? std::string_view::npos : first_place(plain, sought, from);
        if (needle.find(text.view(), from) != expected) {
            CAPTURE(plain, sought, from);
            FAIL_CHECK("expected " << expected);
        }
    }
}

TEST_CASE("tokens are the longest runs of token characters") {
    CHECK(tokens("").empty());
    CHECK(tokens(" -- ").empty());
    CHECK(tokens("one") == std::vector<std::string>{"one"});
    CHECK(tokens("GET /shop/cart_2?id=7 für 3ms") == std::vector<std::string>{"GET", "shop", "cart_2", "id", "7", "für", "3ms"});
}

TEST_CASE("token hashes come out the same in one pass over a text as token by token") {
    std::mt19937 random(3);
    for (int round = 0; round < 20'000; ++round) {
        const std::string_view alphabet = round % 3 == 0 ? "ab " : "abcXYZ019_ .,-\xc3\xbc";
        const std::string plain = random_text(random, round % 50 == 0 ? "a" : alphabet, random() % 300);
        const ExactText text(plain);
        std::vector<std::uint64_t> expected;
        for_each_token(text.view(), [&](std::string_view token) { expected.push_back(token_hash(token)); });
        std::vector<std::uint64_t> actual;
        for_each_token_hash(text.view(), [&](std::uint64_t hash) { actual.push_back(hash); });
        if (actual != expected) {
            CAPTURE(plain);
            FAIL_CHECK("hashes differ");
        }
    }
}

TEST_CASE("a token hashes the same in every case, and different tokens apart") {
    CHECK(token_hash("Timeout") == token_hash("tIMEOUT"));
    CHECK(token_hash("a_very_long_token_of_more_than_32_bytes") == token_hash("A_VERY_LONG_TOKEN_OF_MORE_THAN_32_BYTES"));
    std::vector<std::uint64_t> hashes;
    for (int i = 0; i < 100'000; ++i) hashes.push_back(token_hash("t" + std::to_string(i)));
    for (std::size_t size = 0; size < 80; ++size) hashes.push_back(token_hash(std::string(size, '0')));
    std::ranges::sort(hashes);
    CHECK(std::ranges::adjacent_find(hashes) == hashes.end());
}

TEST_CASE("names and values hash with case, apart from each other and from tokens") {
    CHECK(pair_hash(name_hash("user"), "Ann") != pair_hash(name_hash("user"), "ann"));
    CHECK(pair_hash(name_hash("user"), "ann") != pair_hash(name_hash("User"), "ann"));
    CHECK(pair_hash(name_hash("ab"), "c") != pair_hash(name_hash("a"), "bc"));
    CHECK(pair_hash(name_hash("user"), "") != token_hash("user"));
}

TEST_CASE("hashes are what they were: they are stored on disk") {
    CHECK(token_hash("") == 0x49b70ea52f10c5b5);
    CHECK(token_hash("ok") == 0x612c323dd2fdc481);
    CHECK(token_hash("error") == 0x308bf71e780b1829);
    CHECK(token_hash("connection") == 0x4f17f66b9d28ff72);
    CHECK(token_hash("0123456789abcdef0123456789abcdefXYZ") == 0x34b3ccee1e414a90);
    CHECK(pair_hash(name_hash("service"), "api") == 0x1920c19056b34a36);
    CHECK(pair_hash(name_hash("a.long.name.of.a.field"), "and a value of more than 16 bytes") == 0x68fc821d35145d7e);
}
