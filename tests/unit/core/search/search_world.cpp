#include "search_world.hpp"

#include <algorithm>
#include <cctype>
#include <initializer_list>
#include <string_view>

namespace logchute::search::test {
namespace {

using Random = std::mt19937;
using Strings = std::vector<std::string>;

bool chance(Random& random, unsigned percent) { return random() % 100 < percent; }

template <class Range>
auto pick(Random& random, const Range& from) {
    return *(std::begin(from) + static_cast<std::ptrdiff_t>(random() % std::size(from)));
}

std::string pick(Random& random, std::initializer_list<const char*> from) { return *(from.begin() + random() % from.size()); }

FieldValue number(const std::string& json) { return {json, json, std::stod(json)}; }
FieldValue boolean(bool value) { return {value ? "true" : "false", value ? "true" : "false", {}}; }

FieldValue string(const std::string& text) {
    std::string json = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') json += '\\';
        if (c == '\n') {
            json += "\\n";
        } else {
            json += c;
        }
    }
    return {json + '"', text, {}};
}

std::string join(const std::vector<std::string>& members) {
    if (members.empty()) return {};
    std::string object = "{";
    for (const std::string& member : members) object += (object.size() > 1 ? "," : "") + member;
    return object + "}";
}

// The language, evaluated from its definition.

char fold(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

bool in_token(char c) { return static_cast<unsigned char>(c) > 127 || c == '_' || std::isalnum(static_cast<unsigned char>(c)) != 0; }

bool is_edge(const std::string& text, std::size_t at) {
    return at == 0 || at >= text.size() || !in_token(text[at - 1]) || !in_token(text[at]);
}

bool has_words(std::string text, std::string sought, bool open_end) {
    std::ranges::transform(text, text.begin(), fold);
    std::ranges::transform(sought, sought.begin(), fold);
    for (std::size_t at = text.find(sought); at != std::string::npos; at = text.find(sought, at + 1)) {
        if (is_edge(text, at) && (open_end || is_edge(text, at + sought.size()))) return true;
    }
    return false;
}

std::vector<FieldValue> values(const Specimen& it, const std::string& name) {
    std::vector<FieldValue> found;
    const auto text = [&found](std::string_view value) { found.push_back({{}, std::string(value), {}}); };
    const auto column = [&](const std::string& value) {
        if (!value.empty()) text(value);
        return found;
    };
    if (name == "source") return column(it.source);
    if (name == "service") return column(it.service);
    if (name == "host") return column(it.host);
    const bool tags_alone = name.starts_with("tags.");
    const bool fields_alone = name.starts_with("fields.");
    const std::string key = tags_alone ? name.substr(5) : fields_alone ? name.substr(7) : name;
    if (!fields_alone && it.tags.contains(key)) text(it.tags.at(key));
    if (!tags_alone && it.fields.contains(key)) {
        found.push_back(it.fields.at(key));
    } else if (!tags_alone && it.nested.contains(key)) {
        found.push_back(it.nested.at(key));
    }
    return found;
}

bool any_value(const Specimen& it, const std::string& name, const std::function<bool(const FieldValue&)>& test) {
    return std::ranges::any_of(values(it, name), test);
}

/// In the quotes of the language, which escapes less than JSON.
std::string quoted(const std::string& text) {
    std::string all = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') all += '\\';
        all += c;
    }
    return all + '"';
}

Example words(const std::string& sought) {
    return {sought, [=](const Specimen& it) { return has_words(it.message, sought, false); }};
}
Example phrase(const std::string& sought) {
    return {quoted(sought), [=](const Specimen& it) { return has_words(it.message, sought, false); }};
}
Example open_ended(const std::string& sought) {
    return {sought + "*", [=](const Specimen& it) { return has_words(it.message, sought, true); }};
}
Example open_phrase(const std::string& sought) {
    return {quoted(sought) + "*", [=](const Specimen& it) { return has_words(it.message, sought, true); }};
}
Example equal(const std::string& name, const Strings& wanted, bool in_quotes = false) {
    std::string text = name + ":";
    for (const std::string& value : wanted) text += (text.back() == ':' ? "" : ",") + (in_quotes ? quoted(value) : value);
    return {text, [=](const Specimen& it) {
                return any_value(it, name, [&](const FieldValue& value) { return std::ranges::find(wanted, value.text) != wanted.end(); });
            }};
}
Example begins(const std::string& name, const std::string& start) {
    return {name + ":" + start + "*", [=](const Specimen& it) {
                return any_value(it, name, [&](const FieldValue& value) { return value.text.starts_with(start); });
            }};
}
Example exists(const std::string& name) {
    return {name + ":*", [=](const Specimen& it) { return !values(it, name).empty(); }};
}
Example compare(const std::string& name, const std::string& sign, const std::string& limit) {
    const double wanted = std::stod(limit);
    return {
        name + ":" + sign + limit, [=](const Specimen& it) {
            return any_value(it, name, [&](const FieldValue& value) {
                if (!value.number) return false;
                const double actual = *value.number;
                return sign == "<" ? actual < wanted : sign == "<=" ? actual <= wanted : sign == ">" ? actual > wanted : actual >= wanted;
            });
        }};
}
Example level(const std::string& text, std::initializer_list<Level> meant) {
    return {"level:" + text,
            [levels = std::vector(meant)](const Specimen& it) { return std::ranges::find(levels, it.level) != levels.end(); }};
}
/// A regular expression, and a reader of messages that needs none.
Example regex(const std::string& pattern, std::function<bool(const std::string&)> test) {
    return {"message:~" + quoted(pattern), [test = std::move(test)](const Specimen& it) { return test(it.message); }};
}
Example regex_of(const std::string& name, const std::string& pattern, std::function<bool(const std::string&)> test) {
    return {name + ":~" + quoted(pattern),
            [=](const Specimen& it) { return any_value(it, name, [&](const FieldValue& value) { return test(value.text); }); }};
}

bool holds(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

std::vector<Example> make_terms() {
    using enum Level;
    std::vector<Example> all;
    for (const char* word :
         {"refused", "REFUSED", "peer", "peer_id", "köln", "kö", "10.2.0.1", "off-line", "v1,v2", "disk", "Disk", "the", "stop"}) {
        all.push_back(words(word));
    }
    for (const char* text :
         {"peer refused", "peer  refused", "off line", "10.2.0.1:443", "AND", "x=y", "say \"hi\"", "c:\\tmp", "(disk)", "-"}) {
        all.push_back(phrase(text));
    }
    for (const char* text : {"ref", "peer", "köl", "k", "10.2", "off-"}) all.push_back(open_ended(text));
    all.push_back(open_phrase("peer ref"));
    all.push_back(open_phrase("x="));
    for (const char* name : {"service", "host", "source", "zone", "tags.zone", "fields.zone", "code", "user", "http", "absent",
                             "tags.k8s.pod", "fields.http.path", "dotted.key"}) {
        all.push_back(exists(name));
    }
    all.push_back(equal("service", {"shop"}));
    all.push_back(equal("service", {"SHOP"}));
    all.push_back(equal("service", {"shop", "billing"}));
    all.push_back(equal("source", {"http"}));
    all.push_back(equal("host", {"rack 7"}, true));
    all.push_back(equal("zone", {"north", "blue"}));
    all.push_back(equal("tags.zone", {"north"}));
    all.push_back(equal("fields.zone", {"north"}));
    all.push_back(equal("tags.k8s.pod", {"p-1"}));
    all.push_back(equal("dotted.key", {"yes"}));
    all.push_back(equal("fields.http.path", {"/cart"}));
    all.push_back(equal("code", {"503"}));
    all.push_back(equal("code", {"200", "503"}));
    all.push_back(equal("retried", {"true"}));
    all.push_back(equal("user", {"ann \"the\" boss", "line\nbreak"}, true));
    all.push_back(equal("absent", {"x"}));
    all.push_back(begins("service", "shop"));
    all.push_back(begins("code", "5"));
    all.push_back(begins("user", "ann"));
    all.push_back(begins("zone", "no"));
    for (const char* sign : {"<", "<=", ">", ">="}) {
        for (const char* limit : {"503", "0", "-2.5", "12.25"}) {
            all.push_back(compare("code", sign, limit));
            all.push_back(compare("fields.took_ms", sign, limit));
        }
        all.push_back(compare("fields.http.tries", sign, "2"));
        all.push_back(compare("user", sign, "1"));
    }
    all.push_back(level("error", {error}));
    all.push_back(level("WARNING", {warn}));
    all.push_back(level("info,fatal", {info, fatal}));
    all.push_back(level("unknown", {unknown}));
    all.push_back(level("*", {trace, debug, info, warn, error, fatal}));
    all.push_back(level(">=warn", {warn, error, fatal}));
    all.push_back(level("<info", {trace, debug}));
    all.push_back(level(">trace", {debug, info, warn, error, fatal}));
    all.push_back(level("<=err", {trace, debug, info, warn, error}));
    all.push_back(level("~\"^(warn|unknown)$\"", {warn, unknown}));
    all.push_back(regex("re(f|t)used", [](const std::string& text) { return holds(text, "refused") || holds(text, "retused"); }));
    all.push_back(
        regex("peer +refused", [](const std::string& text) { return holds(text, "peer refused") || holds(text, "peer  refused"); }));
    all.push_back(regex("^disk", [](const std::string& text) { return text.starts_with("disk"); }));
    all.push_back(regex("[.]0[.]1\\b", [](const std::string& text) {
        for (std::size_t at = text.find(".0.1"); at != std::string::npos; at = text.find(".0.1", at + 1)) {
            const char next = at + 4 < text.size() ? text[at + 4] : ' ';
            if (static_cast<unsigned char>(next) > 127 || !in_token(next)) return true;
        }
        return false;
    }));
    all.push_back(regex_of("service", "^shop$", [](const std::string& text) { return text == "shop"; }));
    all.push_back(regex_of("zone", "o", [](const std::string& text) { return holds(text, "o"); }));
    all.push_back(regex_of("fields.user", "n+ \"", [](const std::string& text) { return holds(text, "n \""); }));
    all.push_back({"raw:~\"line as it came\"", [](const Specimen& it) { return holds(it.raw, "line as it came"); }});
    all.push_back({"message:refused", [](const Specimen& it) { return has_words(it.message, "refused", false); }});
    all.push_back({"message:disk,\"off-line\",kö*", [](const Specimen& it) {
                       return has_words(it.message, "disk", false) || has_words(it.message, "off-line", false) ||
                              has_words(it.message, "kö", true);
                   }});
    all.push_back({"*", [](const Specimen&) { return true; }});
    return all;
}

std::string inside(const Example& it, int binds) { return it.binds >= binds ? it.text : "(" + it.text + ")"; }

}  // namespace

std::vector<std::uint64_t> Specimen::terms() const {
    std::vector<std::uint64_t> all;
    append_terms(all, row());
    return all;
}

Specimen random_specimen(Random& random) {
    Specimen it;
    it.level = pick(random, kLevels);
    it.source = pick(random, {"http", "upload"});
    it.service = pick(random, {"shop", "Shop", "shop-eu", "billing", ""});
    it.host = pick(random, {"rack 7", "rack-7", ""});
    for (int piece = 0; piece < 4; ++piece) {
        it.message += pick(random, {"refused", "Refused",  "peer refused", "peer  refused", "peer",     "peer_id",    "köln",    "KÖLN",
                                    "kölner",  "10.2.0.1", "10.2.0.12",    "10.2.0.1:443",  "off-line", "off line",   "v1,v2",   "disk",
                                    "DISK",    "disks",    "AND",          "x=y",           "x=yz",     "say \"hi\"", "c:\\tmp", "stop"});
        it.message += pick(random, {" ", " ", ", ", "/", " (", ") ", " - ", ""});
    }
    it.raw = chance(random, 50) ? "the line as it came" : "another \xff line";
    if (chance(random, 60)) it.tags["zone"] = pick(random, {"north", "north-west", "south"});
    if (chance(random, 30)) it.tags["k8s.pod"] = pick(random, {"p-1", "p-2"});
    if (chance(random, 30)) it.fields["zone"] = string(pick(random, {"north", "blue"}));
    if (chance(random, 70)) it.fields["code"] = number(pick(random, {"200", "503", "-7", "12.25"}));
    if (chance(random, 50)) it.fields["took_ms"] = number(pick(random, {"0", "12.25", "-2.5", "1e3"}));
    if (chance(random, 50)) it.fields["retried"] = boolean(chance(random, 50));
    if (chance(random, 50))
        it.fields["user"] = string(pick(random, {"ann", "Ann", "ann \"the\" boss", "line\nbreak", "5", std::string(300, 'u').c_str()}));
    if (chance(random, 30)) it.fields["dotted.key"] = string("yes");
    if (chance(random, 50)) {
        it.nested["http.path"] = string(pick(random, {"/cart", "/list"}));
        it.nested["http.tries"] = number(pick(random, {"1", "2", "3"}));
        const std::string json = "{\"path\":" + it.nested["http.path"].json + ",\"tries\":" + it.nested["http.tries"].json + "}";
        it.fields["http"] = {json, json, {}};
    }
    std::vector<std::string> members;
    for (const auto& [name, value] : it.tags) members.push_back(string(name).json + ":" + string(value).json);
    it.tags_json = join(members);
    members.clear();
    for (const auto& [name, value] : it.fields) members.push_back(string(name).json + ":" + value.json);
    std::ranges::shuffle(members, random);
    it.fields_json = join(members);
    return it;
}

const std::vector<Example>& terms() {
    static const std::vector<Example> all = make_terms();
    return all;
}

Example random_example(Random& random, int depth) {
    if (depth == 0 || chance(random, 20)) return pick(random, terms());
    const Example a = random_example(random, depth - 1);
    if (chance(random, 25)) {
        const std::string sign = pick(random, {"-", "NOT "});
        return {sign + inside(a, 2), [=](const Specimen& it) { return !a.test(it); }};
    }
    const Example b = random_example(random, depth - 1);
    if (chance(random, 60)) {
        const std::string between = pick(random, {" ", "  ", " AND "});
        return {inside(a, 1) + between + inside(b, 1), [=](const Specimen& it) { return a.test(it) && b.test(it); }, 1};
    }
    return {a.text + " OR " + b.text, [=](const Specimen& it) { return a.test(it) || b.test(it); }, 0};
}

}  // namespace logchute::search::test
