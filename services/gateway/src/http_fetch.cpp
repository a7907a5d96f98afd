#include "http_fetch.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <array>
#include <stdexcept>

namespace logchute::gateway {
namespace {

constexpr std::size_t kHeadersMax = 100;
constexpr std::size_t kHeaderBytesMax = 8U << 10;
constexpr long kConnectTimeoutMs = 10'000;

struct EasyFree {
    void operator()(CURL* it) const noexcept { curl_easy_cleanup(it); }
};
struct MultiFree {
    void operator()(CURLM* it) const noexcept { curl_multi_cleanup(it); }
};
struct ListFree {
    void operator()(curl_slist* it) const noexcept { curl_slist_free_all(it); }
};
using EasyPtr = std::unique_ptr<CURL, EasyFree>;
using MultiPtr = std::unique_ptr<CURLM, MultiFree>;
using ListPtr = std::unique_ptr<curl_slist, ListFree>;

/// libcurl's global state, made once and before any thread uses it.
void initialise() {
    static const CURLcode code = curl_global_init(CURL_GLOBAL_DEFAULT);
    if (code != CURLE_OK) throw std::runtime_error(std::string("libcurl cannot be used: ") + curl_easy_strerror(code));
}

char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

std::string_view trimmed(std::string_view text) noexcept {
    constexpr std::string_view kSpace = " \t\r\n";
    const auto begin = text.find_first_not_of(kSpace);
    if (begin == text.npos) return {};
    return text.substr(begin, text.find_last_not_of(kSpace) - begin + 1);
}

struct Transfer {
    EasyPtr easy;
    ListPtr headers;
    std::size_t body_bytes_max = 0;
    bool is_too_large = false;
    std::array<char, CURL_ERROR_SIZE> error{};
    FetchResult result;
};

std::size_t on_body(char* bytes, std::size_t, std::size_t count, void* context) {
    auto& transfer = *static_cast<Transfer*>(context);
    if (transfer.result.body.size() + count > transfer.body_bytes_max) {
        transfer.is_too_large = true;
        return 0;  // which ends the transfer
    }
    transfer.result.body.append(bytes, count);
    return count;
}

std::size_t on_header(char* bytes, std::size_t, std::size_t count, void* context) {
    auto& headers = static_cast<Transfer*>(context)->result.headers;
    const std::string_view line(bytes, count);
    if (line.starts_with("HTTP/")) headers.clear();  // another answer, behind a redirect
    const auto colon = line.find(':');
    if (colon == line.npos || headers.size() >= kHeadersMax || count > kHeaderBytesMax) return count;
    std::string name(line.substr(0, colon));
    std::ranges::transform(name, name.begin(), lower);
    headers.insert_or_assign(std::move(name), std::string(trimmed(line.substr(colon + 1))));
    return count;
}

FetchFailure failure_of(CURLcode code, bool is_too_large) {
    if (code == CURLE_OK) return FetchFailure::none;
    if (is_too_large || code == CURLE_FILESIZE_EXCEEDED) return FetchFailure::too_large;
    if (code == CURLE_OPERATION_TIMEDOUT) return FetchFailure::timeout;
    if (code == CURLE_TOO_MANY_REDIRECTS || code == CURLE_UNSUPPORTED_PROTOCOL) return FetchFailure::redirects;
    return FetchFailure::connection;
}

}  // namespace

class HttpFetcher::Impl {
public:
    Impl() {
        initialise();
        multi_.reset(curl_multi_init());
        if (!multi_) throw std::bad_alloc();
    }
    ~Impl() {
        for (const auto& [easy, transfer] : transfers_) curl_multi_remove_handle(multi_.get(), easy);
    }
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;

    void start(std::size_t token, const FetchRequest& request) {
        auto transfer = std::make_unique<Transfer>();
        transfer->result.token = token;
        transfer->body_bytes_max = request.body_bytes_max;
        transfer->easy.reset(curl_easy_init());
        if (!transfer->easy) throw std::bad_alloc();
        for (const auto& [name, value] : request.headers) {
            curl_slist* const longer = curl_slist_append(transfer->headers.get(), (name + ": " + value).c_str());
            if (longer == nullptr) throw std::bad_alloc();
            (void)transfer->headers.release();  // the longer list has taken it over
            transfer->headers.reset(longer);
        }
        CURL* const easy = transfer->easy.get();
        set(easy, CURLOPT_URL, request.url.c_str());
        set(easy, CURLOPT_HTTPHEADER, transfer->headers.get());
        set(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(request.timeout.count()));
        set(easy, CURLOPT_CONNECTTIMEOUT_MS, std::min(kConnectTimeoutMs, static_cast<long>(request.timeout.count())));
        set(easy, CURLOPT_FOLLOWLOCATION, 1L);
        set(easy, CURLOPT_MAXREDIRS, request.redirects_max);
        set(easy, CURLOPT_PROTOCOLS_STR, "http,https");
        set(easy, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
        set(easy, CURLOPT_ACCEPT_ENCODING, "");  // all that libcurl can undo; what comes out is what is limited
        set(easy, CURLOPT_USERAGENT, "logchute");
        set(easy, CURLOPT_NOSIGNAL, 1L);
        set(easy, CURLOPT_ERRORBUFFER, transfer->error.data());
        set(easy, CURLOPT_WRITEFUNCTION, &on_body);
        set(easy, CURLOPT_WRITEDATA, static_cast<void*>(transfer.get()));
        set(easy, CURLOPT_HEADERFUNCTION, &on_header);
        set(easy, CURLOPT_HEADERDATA, static_cast<void*>(transfer.get()));
        if (curl_multi_add_handle(multi_.get(), easy) != CURLM_OK) throw std::bad_alloc();
        transfers_.emplace(easy, std::move(transfer));
    }

    std::vector<FetchResult> wait(std::chrono::milliseconds patience) {
        int running = 0;
        curl_multi_perform(multi_.get(), &running);
        auto ended = take_ended();
        if (!ended.empty()) return ended;
        curl_multi_poll(multi_.get(), nullptr, 0, static_cast<int>(std::clamp<std::int64_t>(patience.count(), 0, 60'000)), nullptr);
        curl_multi_perform(multi_.get(), &running);
        return take_ended();
    }

    void wake() noexcept { curl_multi_wakeup(multi_.get()); }

private:
    template <class T>
    static void set(CURL* easy, CURLoption option, T value) {
        if (const CURLcode code = curl_easy_setopt(easy, option, value); code != CURLE_OK)
            throw std::runtime_error(std::string("libcurl refuses an option: ") + curl_easy_strerror(code));
    }

    std::vector<FetchResult> take_ended() {
        std::vector<FetchResult> ended;
        int left = 0;
        while (const CURLMsg* const message = curl_multi_info_read(multi_.get(), &left)) {
            if (message->msg != CURLMSG_DONE) continue;
            CURL* const easy = message->easy_handle;
            const CURLcode code = message->data.result;
            curl_multi_remove_handle(multi_.get(), easy);  // `message` is gone from here on
            auto node = transfers_.extract(easy);
            Transfer& transfer = *node.mapped();
            long status = 0;
            curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
            transfer.result.status = static_cast<int>(status);
            transfer.result.failure = failure_of(code, transfer.is_too_large);
            if (code != CURLE_OK) transfer.result.detail = transfer.is_too_large ? "the answer is too large" : curl_easy_strerror(code);
            ended.push_back(std::move(transfer.result));
        }
        return ended;
    }

    MultiPtr multi_;
    std::map<CURL*, std::unique_ptr<Transfer>> transfers_;  // before multi_ is gone, they have left it
};

HttpFetcher::HttpFetcher() : impl_(std::make_unique<Impl>()) {}
HttpFetcher::~HttpFetcher() = default;
void HttpFetcher::start(std::size_t token, const FetchRequest& request) { impl_->start(token, request); }
std::vector<FetchResult> HttpFetcher::wait(std::chrono::milliseconds patience) { return impl_->wait(patience); }
void HttpFetcher::wake() noexcept { impl_->wake(); }

}  // namespace logchute::gateway
