#include "formats.hpp"

#include <catch2/catch_test_macros.hpp>
#include <string>

#include "logchute/core/batch_parser.hpp"

using namespace logchute;
using namespace logchute::noise;

namespace {

constexpr std::array kDeclared{Format::json, Format::logfmt, Format::clf, Format::syslog};
constexpr int kLines = 2000;
constexpr Timestamp kTime = from_nanos(1'795'000'000'123'456'789);

struct Made {
    std::string text;
    std::vector<Event> events;
};

Made make(Format format, bool spoilt) {
    Generator generator({.seed = 11, .error_share = 0.2, .services = {"api", "auth", "payments", "orders", "orders-db"}});
    Random spoiler(12);
    Made made;
    for (int i = 0; i < kLines; ++i) {
        const std::size_t begin = made.text.size();
        made.events.push_back(generator.next(kTime + nanoseconds(i), {}));
        append_line(made.text, format, made.events.back());
        if (spoilt) spoil_line(made.text, begin, format, spoiler);
    }
    return made;
}

ParsedBatch parse(const std::string& text, Format format, bool join = false) {
    BatchParser parser;
    ParsedBatch batch;
    parser.parse(text, {.format = format, .join = join, .received = kTime}, batch);
    return batch;
}

}  // namespace

TEST_CASE("every line parses as the format it was made in") {
    for (const Format format : kDeclared) {
        INFO(to_string(format));
        const Made made = make(format, false);
        const ParsedBatch batch = parse(made.text, format);
        for (const BadLine& bad : batch.bad) UNSCOPED_INFO(bad.raw << " -- " << bad.detail);
        CHECK(batch.bad.empty());
        CHECK(batch.records.size() == kLines);
    }
}

TEST_CASE("json and logfmt give back level, service, host, message and time") {
    for (const Format format : {Format::json, Format::logfmt}) {
        const Made made = make(format, false);
        const ParsedBatch batch = parse(made.text, format);
        REQUIRE(batch.records.size() == made.events.size());
        for (std::size_t i = 0; i < batch.records.size(); ++i) {
            const LogRecord& record = batch.records[i];
            CHECK(record.timestamp == made.events[i].at);
            CHECK(record.level == made.events[i].level);
            CHECK(record.host == made.events[i].host);
            CHECK(record.message == made.events[i].message);
            CHECK(!record.has_rejected);
        }
    }
}

TEST_CASE("syslog gives back level, service, host and message, of either RFC") {
    const Made made = make(Format::syslog, false);
    const ParsedBatch batch = parse(made.text, Format::syslog);
    REQUIRE(batch.records.size() == made.events.size());
    int structured = 0;
    for (std::size_t i = 0; i < batch.records.size(); ++i) {
        const LogRecord& record = batch.records[i];
        CHECK(record.level == made.events[i].level);
        CHECK(record.host == made.events[i].host);
        CHECK(record.message == made.events[i].message);
        structured += record.raw.find("request@32473") != std::string_view::npos;
    }
    CHECK((structured > kLines / 2 && structured < kLines));
}

TEST_CASE("plain lines carry time and level, and none continues the one before") {
    const Made made = make(Format::plain, false);
    const ParsedBatch batch = parse(made.text, Format::plain, true);
    REQUIRE(batch.records.size() == made.events.size());
    for (std::size_t i = 0; i < batch.records.size(); ++i) {
        CHECK(batch.records[i].level == made.events[i].level);
        CHECK(batch.records[i].timestamp == made.events[i].at);
    }
}

TEST_CASE("what is spoilt is refused in its declared format, line by line") {
    for (const Format format : kDeclared) {
        INFO(to_string(format));
        const Made made = make(format, true);
        const ParsedBatch batch = parse(made.text, format);
        for (const LogRecord& record : batch.records) UNSCOPED_INFO("taken: " << record.raw);
        CHECK(batch.records.empty());
        CHECK(batch.bad.size() == kLines);
    }
}

TEST_CASE("spoilt lines stay lines that are not blank") {
    for (const Format format : {Format::json, Format::logfmt, Format::clf, Format::syslog, Format::plain}) {
        INFO(to_string(format));
        const std::string text = make(format, true).text;
        int lines = 0;
        for (std::size_t at = 0; at < text.size(); ++lines) {
            const std::size_t end = text.find('\n', at);
            REQUIRE(end != std::string::npos);
            CHECK(text.find_first_not_of(" \t\r", at) < end);
            at = end + 1;
        }
        CHECK(lines == kLines);
    }
}
