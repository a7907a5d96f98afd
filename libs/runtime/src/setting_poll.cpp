#include "setting_poll.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>
#include <utility>

#include "nearest.hpp"

namespace logchute::runtime {
namespace {

constexpr std::size_t kHeadersMax = 20;

/// Letters, digits, '-' and '_': what may stand in a subject and in a key of the bucket.
struct SourceName {
    static bool read(std::string_view text, std::string& out) {
        const auto fine = [](char c) {
            return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
        };
        if (text.empty() || text.size() > 64 || !std::ranges::all_of(text, fine)) return false;
        out = text;
        return true;
    }
    static std::string expected() { return "a name of letters, digits, '-' and '_', at most 64"; }
};

/// RFC 6901.
struct JsonPointer {
    static bool read(std::string_view text, std::string& out) {
        if (!text.empty() && text.front() != '/') return false;
        for (std::size_t i = text.find('~'); i != std::string_view::npos; i = text.find('~', i + 1))
            if (i + 1 == text.size() || (text[i + 1] != '0' && text[i + 1] != '1')) return false;
        out = text;
        return true;
    }
    static std::string expected() { return "a JSON pointer, such as /items or /payload/0/id"; }
};

bool is_header_name(std::string_view name) {
    constexpr std::string_view kOdd = "!#$%&'*+-.^_`|~";
    return !name.empty() && name.size() <= 100 && std::ranges::all_of(name, [&](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || kOdd.contains(c);
    });
}

class SourceReader {
public:
    SourceReader(PollSource& source, Faults& faults) : source_(source), faults_(faults) {}

    void read(const ConfigNode& node) {
        if (node.kind != ConfigNode::Kind::map)
            return fault(node.at, std::string("expected keys such as name and url, got ") + describe(node.kind));
        for (const ConfigNode& child : node.children) read_key(child);
        if (source_.name.empty()) fault(node.at, "a source needs a name");
        if (source_.url.empty()) fault(node.at, "a source needs a url");
    }

private:
    void read_key(const ConfigNode& node) {
        if (node.key == "name") return read_value(node, source_.name, SourceName{});
        if (node.key == "url") return read_value(node, source_.url, Url{{"http", "https"}}, true);
        if (node.key == "interval") return read_value(node, source_.interval, DurationRange{1s, 24h});
        if (node.key == "timeout") return read_value(node, source_.timeout, DurationRange{100ms, 5min});
        if (node.key == "items") return read_value(node, source_.items, JsonPointer{});
        if (node.key == "id") return read_value(node, source_.id, JsonPointer{});
        if (node.key == "time") return read_value(node, source_.time, JsonPointer{});
        if (node.key == "message") return read_value(node, source_.message, JsonPointer{});
        if (node.key == "headers") return read_headers(node);
        static const std::vector<std::string> kKeys{"name", "url", "interval", "timeout", "items", "id", "time", "message", "headers"};
        const std::string_view meant = nearest(node.key, kKeys);
        fault(node.key_at, meant.empty() ? "unknown key; there are name, url, interval, timeout, items, id, time, message and headers"
                                         : "unknown key; did you mean '" + std::string(meant) + "'?");
    }

    template <class T, class Rule>
    void read_value(const ConfigNode& node, T& target, const Rule& rule, bool may_hold_secret = false) {
        if (node.kind != ConfigNode::Kind::scalar || !rule.read(node.text, target))
            fault(node.at, node.key + ": expected " + rule.expected() +
                               (may_hold_secret || node.kind != ConfigNode::Kind::scalar ? "" : ", got '" + node.text.substr(0, 80) + "'"));
    }

    void read_headers(const ConfigNode& node) {
        if (node.kind != ConfigNode::Kind::map || node.children.size() > kHeadersMax)
            return fault(node.at, "headers: expected at most " + std::to_string(kHeadersMax) + " names with their values");
        for (const ConfigNode& child : node.children) {
            const bool is_value =
                child.kind == ConfigNode::Kind::scalar && child.text.find_first_of(std::string_view("\r\n\0", 3)) == std::string::npos;
            if (!is_header_name(child.key) || !is_value)
                fault(child.key_at, "headers: expected the name of a header with a value of one line");
            else
                source_.headers.emplace_back(child.key, child.text);
        }
    }

    void fault(const Origin& at, std::string text) { faults_.push_back({at, std::move(text)}); }

    PollSource& source_;
    Faults& faults_;
};

void read_sources(const ConfigNode& node, std::vector<PollSource>& target, Faults& faults) {
    if (node.kind != ConfigNode::Kind::list)
        return faults.push_back(
            {node.at, std::string("expected a list of sources in the file, each {name: ..., url: ...}, got ") + describe(node.kind)});
    if (node.children.size() > kPollSourcesMax) faults.push_back({node.at, "at most " + std::to_string(kPollSourcesMax) + " sources"});
    std::vector<PollSource> sources;
    std::set<std::string> names;
    for (const ConfigNode& child : node.children) {
        PollSource source;
        SourceReader(source, faults).read(child);
        if (!source.name.empty() && !names.insert(source.name).second)
            faults.push_back({child.at, "the source '" + source.name + "' is here twice; give each a name of its own"});
        sources.push_back(std::move(source));
    }
    target = std::move(sources);
}

std::string sources_yaml(const std::vector<PollSource>& sources) {
    std::string text = "[";
    for (const PollSource& source : sources)
        text += (text.size() > 1 ? ", " : "") + ("{name: " + to_yaml(source.name) + ", url: " + to_yaml(source.url) + "}");
    return text + ']';
}

}  // namespace

void bind_poll(SettingTable& table, const std::string& key, std::vector<PollSource>& target) {
    table.insert(
        key, "URLs to ask for items, each {name, url, interval, timeout, items, id, time, message, headers}; see docs/sources.md.",
        [&target] { return sources_yaml(target); },
        [&target](const ConfigNode& node, bool, Faults& faults) { read_sources(node, target, faults); });
}

}  // namespace logchute::runtime
