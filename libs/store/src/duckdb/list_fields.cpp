#include "duckdb/list_fields.hpp"

#include <algorithm>
#include <array>
#include <map>

#include "duckdb/row_value.hpp"
#include "duckdb/text_map.hpp"
#include "logchute/core/json_text.hpp"

namespace logchute::store::duck {
namespace {

enum class Kind : unsigned char { record, tag, field };
constexpr std::array kKindNames{"record", "tag", "field"};
constexpr std::array kTypeNames{"object", "array", "string", "number", "boolean", "null"};  // As json::Kind.

struct Tracked {
    std::uint64_t count = 0;
    std::uint8_t types = 0;  // Bits of json::Kind.
    TextMap<std::uint64_t> values;
};

class FieldLister final : public Accumulator {
public:
    explicit FieldLister(const RowFilter& filter) : filter_(filter) {}

    Result<void> take(const Rows& rows) override {
        for (std::size_t i = 0; i < rows.count; ++i) {
            const auto row = reader_.row(rows, i);
            if (!filter_.is_everything() && !filter_.matches(row)) continue;
            note(Kind::record, "level", json::Kind::string, to_string(row.level));
            if (!row.service.empty()) note(Kind::record, "service", json::Kind::string, row.service);
            if (!row.host.empty()) note(Kind::record, "host", json::Kind::string, row.host);
            if (!row.source.empty()) note(Kind::record, "source", json::Kind::string, row.source);
            note_members(Kind::tag, row.tags);
            note_members(Kind::field, row.fields);
        }
        return {};
    }

    [[nodiscard]] std::array<TextMap<Tracked>, 3>& names() noexcept { return names_; }

private:
    void note(Kind kind, std::string_view name, json::Kind type, std::string_view value) {
        auto& names = names_[static_cast<std::size_t>(kind)];
        auto* const known_name = names.find(name);
        if (known_name == nullptr && names.size() >= kFieldNamesMax) return;
        auto& tracked = known_name != nullptr ? *known_name : names[name];
        ++tracked.count;
        tracked.types |= static_cast<std::uint8_t>(1U << static_cast<unsigned>(type));
        if (type <= json::Kind::array || type == json::Kind::null || value.size() > kFieldValueBytesMax) return;
        if (auto* const known = tracked.values.find(value)) {
            ++*known;
        } else if (tracked.values.size() < kFieldValuesMax && values_ < kFieldValuesTotalMax) {
            tracked.values[value] = 1;
            ++values_;
        }
    }

    // Nested objects by dotted names of what is in them; `path_` is the name of `object` with a dot, or empty.
    void note_members(Kind kind, std::string_view object) {
        std::size_t at = 0;
        while (const auto member = json::next_member(object, at)) {
            const auto length = path_.size();
            path_ += json::unquote(member->quoted_key, scratch_);
            const auto type = json::kind_of(member->value);
            std::size_t inside = 0;
            if (type == json::Kind::object && json::next_member(member->value, inside)) {
                path_ += '.';
                note_members(kind, member->value);
            } else {
                note(kind, path_, type, type == json::Kind::string ? json::unquote(member->value, scratch_) : member->value);
            }
            path_.resize(length);
        }
    }

    const RowFilter& filter_;
    RowReader reader_;
    std::array<TextMap<Tracked>, 3> names_;
    std::size_t values_ = 0;
    std::string path_, scratch_;
};

std::string type_name(std::uint8_t types) {
    constexpr auto kNull = static_cast<std::uint8_t>(1U << static_cast<unsigned>(json::Kind::null));
    const auto real = static_cast<std::uint8_t>(types & ~kNull);  // A null now and then does not mix a type.
    if (real == 0) return kTypeNames[static_cast<std::size_t>(json::Kind::null)];
    if ((real & (real - 1)) != 0) return "mixed";
    return kTypeNames[static_cast<std::size_t>(__builtin_ctz(real))];
}

FieldInfo to_info(Kind kind, const std::string& name, const Tracked& tracked) {
    FieldInfo info{name, kKindNames[static_cast<std::size_t>(kind)], type_name(tracked.types), tracked.count, {}};
    for (const auto& [value, count] : tracked.values) info.top.push_back({std::string(value), count});
    const auto shown = std::min(kFieldTopMax, info.top.size());
    std::partial_sort(info.top.begin(), info.top.begin() + static_cast<std::ptrdiff_t>(shown), info.top.end(),
                      [](const FieldValue& a, const FieldValue& b) { return a.count != b.count ? a.count > b.count : a.value < b.value; });
    info.top.resize(shown);
    return info;
}

}  // namespace

Result<std::vector<FieldInfo>> list_fields(Scanner& scanner, const Question& question, Scanner::Deadline deadline) {
    const auto columns = static_cast<ColumnSet>(question.filter().columns() | kLevelColumn | kServiceColumn | kHostColumn | kSourceColumn |
                                                kTagsColumn | kFieldsColumn);
    const auto listers = scanner.gather<FieldLister>(question.scans(), columns, question.limits(), deadline,
                                                     [&] { return std::make_unique<FieldLister>(question.filter()); });
    if (!listers) return std::unexpected(listers.error());
    std::array<std::map<std::string, Tracked>, 3> all;
    for (const auto& lister : *listers) {
        for (std::size_t kind = 0; kind < all.size(); ++kind) {
            for (const auto& [name, tracked] : lister->names()[kind]) {
                auto& sum = all[kind][std::string(name)];
                sum.count += tracked.count;
                sum.types |= tracked.types;
                for (const auto& [value, count] : tracked.values) sum.values[value] += count;
            }
        }
    }
    std::vector<FieldInfo> infos;
    for (std::size_t kind = 0; kind < all.size(); ++kind) {
        for (const auto& [name, tracked] : all[kind]) infos.push_back(to_info(static_cast<Kind>(kind), name, tracked));
    }
    return infos;
}

}  // namespace logchute::store::duck
