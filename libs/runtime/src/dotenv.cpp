#include "dotenv.hpp"

#include <algorithm>
#include <optional>

namespace logchute::runtime {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }
bool is_name_character(char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-';
}

class DotenvParser {
public:
    DotenvParser(std::string_view text, const std::string& file, Faults& faults) : rest_(text), file_(file), faults_(faults) {
        if (rest_.starts_with("\xEF\xBB\xBF")) rest_.remove_prefix(3);
    }

    std::vector<Assignment> parse() {
        std::vector<Assignment> all;
        while (!rest_.empty()) {
            begun_ = line_;
            skip_blanks();
            if (!at_end_of_line() && rest_.front() != '#') {
                if (auto assignment = parse_assignment()) all.push_back(std::move(*assignment));
            }
            skip_line();
        }
        return all;
    }

private:
    std::optional<Assignment> parse_assignment() {
        std::string_view name = take_name();
        if (name == "export" && !rest_.empty() && is_blank(rest_.front())) {
            skip_blanks();
            name = take_name();
        }
        skip_blanks();
        if (name.empty() || rest_.empty() || rest_.front() != '=') return fault("expected NAME=VALUE, or '#' in front of a comment");
        take();
        skip_blanks();
        auto value = parse_value();
        if (!value) return {};
        return Assignment{std::string(name), std::move(*value), begun_};
    }

    std::optional<std::string> parse_value() {
        if (at_end_of_line()) return "";
        const char quote = rest_.front();
        if (quote != '\'' && quote != '"') return bare_value();
        take();
        auto value = quote == '"' ? double_quoted() : single_quoted();
        if (!value) return fault("this value's quote is never closed");
        skip_blanks();
        if (!at_end_of_line() && rest_.front() != '#') return fault("text after the closing quote; put the whole value between the quotes");
        return value;
    }

    std::string bare_value() {
        std::string value;
        while (!at_end_of_line()) {
            if (rest_.front() == '#' && (value.empty() || is_blank(value.back()))) break;
            value += take();
        }
        while (!value.empty() && is_blank(value.back())) value.pop_back();
        return value;
    }

    std::optional<std::string> single_quoted() {
        std::string value;
        while (!rest_.empty()) {
            const char c = take();
            if (c == '\'') return value;
            value += c;
        }
        return {};
    }

    std::optional<std::string> double_quoted() {
        std::string value;
        while (!rest_.empty()) {
            const char c = take();
            if (c == '"') return value;
            if (c != '\\' || rest_.empty()) {
                value += c;
                continue;
            }
            switch (const char escaped = take()) {
                case 'n': value += '\n'; break;
                case 't': value += '\t'; break;
                case 'r': value += '\r'; break;
                case '"':
                case '\\':
                case '$': value += escaped; break;
                default: value += {'\\', escaped};
            }
        }
        return {};
    }

    std::string_view take_name() {
        const auto end = std::find_if_not(rest_.begin(), rest_.end(), is_name_character);
        const auto size = static_cast<std::size_t>(end - rest_.begin());
        const std::string_view name = rest_.substr(0, size);
        rest_.remove_prefix(size);
        return name;
    }

    char take() {
        const char c = rest_.front();
        rest_.remove_prefix(1);
        if (c == '\n') ++line_;
        return c;
    }
    void skip_blanks() {
        while (!rest_.empty() && is_blank(rest_.front())) take();
    }
    void skip_line() {
        while (!rest_.empty() && take() != '\n') {
        }
    }
    bool at_end_of_line() const { return rest_.empty() || rest_.front() == '\n'; }

    std::nullopt_t fault(const char* text) {
        faults_.push_back({{file_, begun_, 0}, text});
        return std::nullopt;
    }

    std::string_view rest_;
    const std::string& file_;
    Faults& faults_;
    int line_ = 1;
    int begun_ = 1;  // line on which the current assignment begins
};

}  // namespace

std::vector<Assignment> parse_dotenv(std::string_view text, const std::string& file, Faults& faults) {
    return DotenvParser(text, file, faults).parse();
}

}  // namespace logchute::runtime
