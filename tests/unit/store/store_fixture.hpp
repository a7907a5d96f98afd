// What tests of the embedded store share: a folder that goes away, and batches made from lines.
#pragma once

#include <unistd.h>

#include <deque>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "logchute/core/batch_parser.hpp"
#include "logchute/store/duckdb_store.hpp"

namespace logchute::store::testing {

class TempFolder {
public:
    TempFolder() {
        std::string name = (std::filesystem::temp_directory_path() / "logchute-store-XXXXXX").string();
        path_ = ::mkdtemp(name.data());
    }
    ~TempFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    TempFolder(const TempFolder&) = delete;
    TempFolder& operator=(const TempFolder&) = delete;
    [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

private:
    std::filesystem::path path_;
};

inline DuckDbOptions options_in(const TempFolder& folder) {
    DuckDbOptions options;
    options.path = folder.path().string();
    options.memory_limit_bytes = 256U << 20;
    return options;
}

/// 2026-11-21T12:00:00Z, the time of receipt unless a test says otherwise.
inline constexpr std::int64_t kNoon = 1'795'262'400'000'000'000;
inline constexpr std::int64_t kSecond = 1'000'000'000;
inline constexpr std::int64_t kDay = 86'400 * kSecond;

/// A batch under construction; owns all that the store is given views of.
class BatchBuilder {
public:
    /// Lines of one message, parsed as `format`.
    BatchBuilder& message(std::uint64_t sequence, std::string lines, Format format = Format::automatic, std::string source = "test",
                          std::int64_t received = kNoon) {
        auto& text = texts_.emplace_back(std::move(lines));
        auto& parsed = parsed_.emplace_back();
        BatchOptions options;
        options.format = format;
        options.received = from_nanos(received);
        options.line_bytes_max = 4U << 20;
        parser_.parse(text, options, parsed);
        return records(sequence, parsed.records, std::move(source), received);
    }
    BatchBuilder& records(std::uint64_t sequence, std::span<const LogRecord> records, std::string source = "test",
                          std::int64_t received = kNoon) {
        messages_.push_back({sequence, from_nanos(received), texts_.emplace_back(std::move(source)), records});
        return *this;
    }
    BatchBuilder& tally(std::string key, Tally more) {
        tallies_[std::move(key)] = more;
        return *this;
    }
    [[nodiscard]] WriteBatch batch(std::uint64_t reached = 0) const {
        return {messages_, reached != 0 ? reached : messages_.empty() ? 0 : messages_.back().sequence, tallies_};
    }

private:
    BatchParser parser_;
    std::deque<std::string> texts_;
    std::deque<ParsedBatch> parsed_;
    std::vector<MessageRecords> messages_;
    Tallies tallies_;
};

inline Result<void> append_lines(DuckDbStore& store, std::uint64_t sequence, std::string lines, Format format = Format::automatic,
                                 std::string source = "test", std::int64_t received = kNoon) {
    BatchBuilder builder;
    return store.append(builder.message(sequence, std::move(lines), format, std::move(source), received).batch());
}

inline Scope scope_of(std::string_view query, TimeRange range = {}) { return {search::parse_query(query).value(), range}; }

inline SearchRequest search_for(std::string_view query, std::size_t limit = 100, Order order = Order::newest_first,
                                std::string cursor = {}) {
    return {scope_of(query), limit, order, std::move(cursor)};
}

inline std::size_t count_of(DuckDbStore& store, std::string_view query, TimeRange range = {}) {
    StatsRequest request;
    request.scope = scope_of(query, range);
    return store.stats(request).value().total;
}

inline std::vector<std::string> lines_of(std::string_view text) {
    std::vector<std::string> lines;
    while (!text.empty()) {
        const auto end = text.find('\n');
        lines.emplace_back(text.substr(0, end));
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
    return lines;
}

/// The text of a string member of a JSON line, as it stands; empty where there is none.
inline std::string member_of(std::string_view line, std::string_view name) {
    const auto key = "\"" + std::string(name) + "\":";
    const auto at = line.find(key);
    if (at == std::string_view::npos) return {};
    auto value = line.substr(at + key.size());
    if (value.starts_with('"')) return std::string(value.substr(1, value.find('"', 1) - 1));
    return std::string(value.substr(0, value.find_first_of(",}")));
}

inline std::vector<std::string> messages_of(const RecordPage& page) {
    std::vector<std::string> messages;
    for (const auto& line : lines_of(page.lines)) messages.push_back(member_of(line, "message"));
    return messages;
}

}  // namespace logchute::store::testing
