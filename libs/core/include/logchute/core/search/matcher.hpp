// A search, applied to one record: the one definition of what matches, used by the embedded store and by live streams alike.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "logchute/core/level.hpp"
#include "logchute/core/search/query.hpp"

namespace logchute::search {

/// What a matcher looks at. Columns that Matcher::needs() leaves out may stay empty.
struct Row {
    Level level = Level::unknown;
    std::string_view source, service, host, message;
    std::string_view tags, fields;  ///< JSON objects as in LogRecord, empty for none.
    std::string_view raw;
};

/// Columns, as bits.
enum Column : std::uint8_t { kLevel = 1, kSource = 2, kService = 4, kHost = 8, kMessage = 16, kTags = 32, kFields = 64, kRaw = 128 };

/// A compiled search. Immutable; matches() may be called from many threads at once and never allocates but for escaped JSON.
class Matcher {
public:
    explicit Matcher(const Query& query);
    ~Matcher();
    Matcher(Matcher&&) noexcept;
    Matcher& operator=(Matcher&&) noexcept;

    [[nodiscard]] bool matches(const Row& row) const;
    /// Bits of Column that the search reads.
    [[nodiscard]] std::uint8_t needs() const noexcept { return needs_; }
    /// True where every row matches.
    [[nodiscard]] bool is_everything() const noexcept;

private:
    struct Compiled;
    std::unique_ptr<const Compiled> root_;
    std::uint8_t needs_ = 0;
};

/// What a block filter can decide: a formula over token hashes that holds for every block with a match in it. A block for which
/// may_match() is false can be left unread.
class BlockTest {
public:
    explicit BlockTest(const Query& query);
    ~BlockTest();
    BlockTest(BlockTest&&) noexcept;
    BlockTest& operator=(BlockTest&&) noexcept;

    /// `contains(hash)` says whether a block may hold that term: false must be certain.
    template <class Contains>
    [[nodiscard]] bool may_match(Contains&& contains) const {
        return evaluate([](void* state, std::uint64_t hash) { return (*static_cast<std::remove_reference_t<Contains>*>(state))(hash); },
                        const_cast<void*>(static_cast<const void*>(&contains)));
    }
    /// True where no block can be left out, whatever it holds.
    [[nodiscard]] bool is_trivial() const noexcept;

private:
    using Probe = bool (*)(void*, std::uint64_t);
    [[nodiscard]] bool evaluate(Probe probe, void* state) const;
    struct Formula;
    std::unique_ptr<const Formula> root_;
};

/// The terms of one record that its block's filter must hold: a hash for each token of `message`, for `service:`, `host:` and `source:`
/// with their values, and for each tag and each top-level scalar field (string up to kTermBytesMax, number, boolean) `name:value`. What
/// BlockTest asks for is always among them.
inline constexpr std::size_t kTermBytesMax = 128;
void append_terms(std::vector<std::uint64_t>& out, const Row& row);

}  // namespace logchute::search
