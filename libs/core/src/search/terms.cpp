#include "logchute/core/json_text.hpp"
#include "logchute/core/search/matcher.hpp"
#include "logchute/core/term_hash.hpp"
#include "logchute/core/tokens.hpp"
#include "member_reader.hpp"

namespace logchute::search {
namespace {

void append_column(std::vector<std::uint64_t>& out, std::string_view name, std::string_view value) {
    if (!value.empty() && value.size() <= kTermBytesMax) out.push_back(pair_hash(name_hash(name), value));
}

void append_members(std::vector<std::uint64_t>& out, std::string_view object) {
    if (object.empty()) return;
    std::string scratch;  // for the rare names and values with escapes
    json::MemberReader reader(object);
    while (reader.next()) {
        const json::Kind kind = json::kind_of(reader.member().value);
        if (kind == json::Kind::object || kind == json::Kind::array) continue;
        const std::uint64_t name = name_hash(reader.key(scratch));
        const std::string_view value = reader.value(scratch);
        if (value.size() <= kTermBytesMax) out.push_back(pair_hash(name, value));
    }
}

}  // namespace

void append_terms(std::vector<std::uint64_t>& out, const Row& row) {
    for_each_token_hash(row.message, [&out](std::uint64_t hash) { out.push_back(hash); });
    append_column(out, "service", row.service);
    append_column(out, "host", row.host);
    append_column(out, "source", row.source);
    append_members(out, row.tags);
    append_members(out, row.fields);
}

}  // namespace logchute::search
