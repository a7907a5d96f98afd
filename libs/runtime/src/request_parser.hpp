// Beast's parser, filling our Request. Included by http_server.cpp alone: it brings Beast along.
#pragma once

#include <algorithm>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/version.hpp>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>

#include "http_text.hpp"
#include "logchute/runtime/http.hpp"

namespace logchute::http {

namespace beast = boost::beast;

/// Reads one request: its head into a Request, then its body into memory that the caller gives.
///
/// Bodies with a Content-Length need no parsing, so their bytes may go from the socket straight to where they are wanted: who does that
/// tells skip_body(). Chunked bodies go through decode().
class RequestParser : private beast::http::basic_parser<true> {
    using Base = beast::http::basic_parser<true>;

public:
    enum class Step : std::uint8_t { done, need_more, failed };

    /// `head_bytes_max` is looked at by who feeds the head; it is told here so that Beast does not stop at its own limit before.
    RequestParser(Request& request, std::size_t head_bytes_max) : request_(request) {
        eager(false);
        body_limit(boost::none);
        header_limit(static_cast<std::uint32_t>(head_bytes_max));
    }

    /// Consumes what it can of the head. failed: error() says why, and the rest of the connection makes no sense.
    [[nodiscard]] Step parse_head(beast::flat_buffer& input) {
        while (!is_header_done()) {
            const Step step = advance(input);
            if (step != Step::done) return step;
        }
        remaining_ = content_length().value_or(0);
        return Step::done;
    }

    /// Moves body bytes from `input` to `output`. need_more: `input` is used up; done: `output` is full or the body has ended.
    [[nodiscard]] Step decode(beast::flat_buffer& input, std::span<char> output, std::size_t& written) {
        if (!is_chunked()) {
            written = std::min({output.size(), input.size(), static_cast<std::size_t>(remaining_)});
            if (written > 0) std::memcpy(output.data(), input.data().data(), written);
            input.consume(written);
            remaining_ -= written;
            return remaining_ == 0 || written == output.size() ? Step::done : Step::need_more;
        }
        output_ = output;
        Step step = Step::done;
        while (step == Step::done && !is_done() && !output_.empty()) step = advance(input);
        written = output.size() - output_.size();
        return step;
    }

    [[nodiscard]] bool head_done() const { return is_header_done(); }
    [[nodiscard]] bool body_done() const { return is_chunked() ? is_done() : remaining_ == 0; }
    [[nodiscard]] bool is_chunked() const { return chunked(); }
    /// Body bytes still to come; unknown, and 0 here, for chunked ones.
    [[nodiscard]] std::uint64_t remaining() const noexcept { return remaining_; }
    void skip_body(std::uint64_t bytes) noexcept { remaining_ -= bytes; }

    [[nodiscard]] bool wants_keep_alive() const { return keep_alive(); }
    [[nodiscard]] const beast::error_code& error() const noexcept { return error_; }
    [[nodiscard]] const std::string& target() const noexcept { return target_; }
    [[nodiscard]] int minor_version() const noexcept { return minor_version_; }
    [[nodiscard]] int hosts() const noexcept { return hosts_; }
    /// False for a Transfer-Encoding other than "chunked", or one in HTTP/1.0: the length of such a body is a guess.
    [[nodiscard]] bool has_known_framing() const noexcept { return has_known_framing_; }

private:
    Step advance(beast::flat_buffer& input) {
        if (input.size() == 0) return Step::need_more;
        const std::size_t used = put(boost::asio::const_buffer(input.cdata()), error_);
        input.consume(used);
        if (error_ == beast::http::error::need_more) {
            error_ = {};
            return Step::need_more;
        }
        return error_ ? Step::failed : Step::done;
    }

    static Method method_of(beast::http::verb verb) noexcept {
        switch (verb) {
            case beast::http::verb::get: return Method::get;
            case beast::http::verb::head: return Method::head;
            case beast::http::verb::post: return Method::post;
            case beast::http::verb::put: return Method::put;
            case beast::http::verb::delete_: return Method::del;
            case beast::http::verb::options: return Method::options;
            default: return Method::other;
        }
    }

    void on_request_impl(beast::http::verb verb, beast::string_view, beast::string_view target, int version, beast::error_code&) override {
        request_.method = method_of(verb);
        target_.assign(target.data(), target.size());
        minor_version_ = version % 10;
    }

    void on_field_impl(beast::http::field field, beast::string_view name, beast::string_view value, beast::error_code&) override {
        if (is_header_done()) return;  // a trailer, which nobody asked for
        if (field == beast::http::field::host) ++hosts_;
        if (field == beast::http::field::transfer_encoding) {
            has_known_framing_ = minor_version_ > 0 && iequals(trim({value.data(), value.size()}), "chunked");
        }
        request_.headers.push_back({{name.data(), name.size()}, {value.data(), value.size()}});
    }
#if BOOST_BEAST_VERSION >= 359
    void on_trailer_field_impl(beast::http::field, beast::string_view, beast::string_view, beast::error_code&) override {}
#endif

    std::size_t on_chunk_body_impl(std::uint64_t, beast::string_view bytes, beast::error_code&) override {
        const std::size_t taken = std::min(bytes.size(), output_.size());
        if (taken > 0) std::memcpy(output_.data(), bytes.data(), taken);
        output_ = output_.subspan(taken);
        return taken;
    }

    void on_response_impl(int, beast::string_view, int, beast::error_code&) override {}
    void on_header_impl(beast::error_code&) override {}
    void on_body_init_impl(const boost::optional<std::uint64_t>&, beast::error_code&) override {}
    std::size_t on_body_impl(beast::string_view, beast::error_code&) override { return 0; }
    void on_chunk_header_impl(std::uint64_t, beast::string_view, beast::error_code&) override {}
    void on_finish_impl(beast::error_code&) override {}

    Request& request_;
    std::string target_;
    beast::error_code error_;
    std::span<char> output_;
    std::uint64_t remaining_ = 0;
    int minor_version_ = 1;
    int hosts_ = 0;
    bool has_known_framing_ = true;
};

}  // namespace logchute::http
