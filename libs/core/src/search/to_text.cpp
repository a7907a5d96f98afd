#include <algorithm>
#include <array>
#include <charconv>

#include "logchute/core/search/query.hpp"
#include "node.hpp"
#include "target.hpp"

namespace logchute::search {
namespace {

/// What surrounds a node: how tightly it must hold together.
enum class Inside : std::uint8_t { nothing, alternatives, run, negation };

bool is_plain(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || static_cast<unsigned char>(c) >= 0x80 ||
           std::string_view("_.@/-+=%#").contains(c);
}

/// Text that means itself without quotes wherever it stands. Not all such text, but all that people write.
bool is_bare(std::string_view text) noexcept {
    return !text.empty() && text.front() != '-' && text != "AND" && text != "OR" && text != "NOT" && std::ranges::all_of(text, is_plain);
}

void append_quoted(std::string& out, std::string_view text) {
    out += '"';
    for (const char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    out += '"';
}

void append_word(std::string& out, std::string_view text, bool open_end = false) {
    if (is_bare(text)) {
        out += text;
    } else {
        append_quoted(out, text);
    }
    if (open_end) out += '*';
}

class Writer {
public:
    explicit Writer(std::string& out) : out_(out) {}

    void write(const Node& node, Inside inside) {
        std::visit([&](const auto& it) { write(it, inside); }, node.it);
    }

private:
    void name(const Target& target) {
        append_word(out_, name_of(target));
        out_ += ':';
    }

    void write(const Everything&, Inside) { out_ += '*'; }
    void write(const Words& it, Inside) { append_word(out_, it.text, it.open_end); }
    void write(const Exists& it, Inside) {
        name(it.target);
        out_ += '*';
    }
    void write(const Equals& it, Inside) {
        name(it.target);
        for (bool first = true; const Value& value : it.values) {
            if (!std::exchange(first, false)) out_ += ',';
            append_word(out_, value.text, value.prefix);
        }
    }
    void write(const Compare& it, Inside) {
        name(it.target);
        out_ += sign_of(it.comparison);
        std::array<char, 32> digits{};
        const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), it.number).ptr;
        out_.append(digits.data(), end);
    }
    void write(const LevelCompare& it, Inside) { out_.append("level:").append(sign_of(it.comparison)).append(to_string(it.level)); }
    void write(const Regex& it, Inside) {
        name(it.target);
        out_ += '~';
        append_quoted(out_, it.pattern);
    }
    void write(const And& it, Inside inside) { group(it.children, " ", Inside::run, inside); }
    void write(const Or& it, Inside inside) { group(it.children, " OR ", Inside::alternatives, inside); }
    void write(const Not& it, Inside) {
        out_ += '-';
        write(*it.child, Inside::negation);
    }

    void group(const std::vector<NodePtr>& children, std::string_view between, Inside own, Inside inside) {
        const bool parentheses = inside >= own;
        if (parentheses) out_ += '(';
        for (bool first = true; const NodePtr& child : children) {
            if (!std::exchange(first, false)) out_ += between;
            write(*child, own);
        }
        if (parentheses) out_ += ')';
    }

    std::string& out_;
};

}  // namespace

std::string to_text(const Node& node) {
    std::string text;
    Writer(text).write(node, Inside::nothing);
    return text;
}

}  // namespace logchute::search
