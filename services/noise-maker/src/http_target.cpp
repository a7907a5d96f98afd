#include "http_target.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <charconv>
#include <condition_variable>
#include <mutex>
#include <stdexcept>

namespace logchute::noise {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::milliseconds kWaitMax = 30s;
constexpr std::size_t kAnswerBytesMax = 4096;
constexpr long kConnectTimeoutMs = 5'000;
constexpr long kTimeoutMs = 30'000;

template <auto F>
struct CFree {
    template <class T>
    void operator()(T* p) const noexcept {
        F(p);
    }
};
using EasyPtr = std::unique_ptr<CURL, CFree<curl_easy_cleanup>>;
using ListPtr = std::unique_ptr<curl_slist, CFree<curl_slist_free_all>>;

struct Answer {
    long status = 0;
    std::string retry_after;
    std::string text;  // the body's beginning, or why there is no answer
};

std::size_t keep_body(char* data, std::size_t size, std::size_t count, void* to) {
    std::string& text = *static_cast<std::string*>(to);
    text.append(data, std::min(size * count, kAnswerBytesMax - std::min(text.size(), kAnswerBytesMax)));
    return size * count;
}

int stop_transfer(void* stop, curl_off_t /*total*/, curl_off_t /*now*/, curl_off_t /*total_up*/, curl_off_t /*now_up*/) {
    return static_cast<const std::stop_token*>(stop)->stop_requested() ? 1 : 0;
}

std::string target_url(std::string base, Format format) {
    if (!base.starts_with("http://") && !base.starts_with("https://")) {
        throw std::invalid_argument("noise.url '" + base + "' must start with http:// or https://");
    }
    while (base.ends_with('/')) base.pop_back();
    return base + "/api/v1/logs?source=noise-maker&format=" + std::string(to_string(format));
}

void add(ListPtr& list, const std::string& header) {
    curl_slist* const longer = curl_slist_append(list.get(), header.c_str());
    if (longer == nullptr) throw std::bad_alloc();
    (void)list.release();  // `longer` starts with the same node, and owns it
    list.reset(longer);
}

}  // namespace

HttpVerdict judge(long status, std::string_view retry_after, unsigned attempt) noexcept {
    if (status >= 200 && status < 300) return {HttpVerdict::What::delivered};
    if (status >= 300 && status < 500 && status != 408 && status != 429) return {HttpVerdict::What::give_up};
    long seconds = 0;
    std::from_chars(retry_after.data(), retry_after.data() + retry_after.size(), seconds);
    const std::chrono::milliseconds backoff = 100ms * (1U << std::min(attempt, 6U));
    const std::chrono::milliseconds asked = std::chrono::seconds(std::clamp(seconds, 0L, 30L));
    return {HttpVerdict::What::retry, std::min(std::max(asked, backoff), kWaitMax)};
}

struct HttpTarget::Impl {
    Impl(const std::string& url, Format format, std::string run_id, Delivered on_delivered)
        : run(std::move(run_id)), delivered(std::move(on_delivered)) {
        if (!easy) throw std::bad_alloc();
        kind = format == Format::json ? "Content-Type: application/x-ndjson" : "Content-Type: text/plain";
        curl_easy_setopt(easy.get(), CURLOPT_URL, target_url(url, format).c_str());
        curl_easy_setopt(easy.get(), CURLOPT_PROTOCOLS_STR, "http,https");
        curl_easy_setopt(easy.get(), CURLOPT_POST, 1L);
        curl_easy_setopt(easy.get(), CURLOPT_NOSIGNAL, 1L);
        curl_easy_setopt(easy.get(), CURLOPT_CONNECTTIMEOUT_MS, kConnectTimeoutMs);
        curl_easy_setopt(easy.get(), CURLOPT_TIMEOUT_MS, kTimeoutMs);
        curl_easy_setopt(easy.get(), CURLOPT_WRITEFUNCTION, keep_body);
        curl_easy_setopt(easy.get(), CURLOPT_NOPROGRESS, 0L);
        curl_easy_setopt(easy.get(), CURLOPT_XFERINFOFUNCTION, stop_transfer);
    }

    Answer post(const Batch& batch, std::uint64_t number, const std::stop_token& stop) {
        Answer answer;
        ListPtr headers;
        add(headers, kind);
        add(headers, "Idempotency-Key: " + run + "-" + std::to_string(number));
        add(headers, "Expect:");  // or curl asks first and waits a second where nobody answers that
        curl_easy_setopt(easy.get(), CURLOPT_HTTPHEADER, headers.get());
        curl_easy_setopt(easy.get(), CURLOPT_POSTFIELDS, batch.text.data());
        curl_easy_setopt(easy.get(), CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(batch.text.size()));
        curl_easy_setopt(easy.get(), CURLOPT_WRITEDATA, &answer.text);
        curl_easy_setopt(easy.get(), CURLOPT_XFERINFODATA, &stop);
        const CURLcode code = curl_easy_perform(easy.get());
        curl_easy_setopt(easy.get(), CURLOPT_HTTPHEADER, nullptr);
        if (code != CURLE_OK) {
            answer.text = curl_easy_strerror(code);
            return answer;
        }
        curl_easy_getinfo(easy.get(), CURLINFO_RESPONSE_CODE, &answer.status);
        curl_header* header = nullptr;
        if (curl_easy_header(easy.get(), "Retry-After", 0, CURLH_HEADER, -1, &header) == CURLHE_OK) answer.retry_after = header->value;
        return answer;
    }

    /// False once `stop` is requested.
    bool wait(std::chrono::milliseconds time, const std::stop_token& stop) {
        std::unique_lock lock(mutex);
        stopped.wait_for(lock, stop, time, [] { return false; });
        return !stop.stop_requested();
    }

    const std::string run;
    const Delivered delivered;
    std::string kind;
    EasyPtr easy{curl_easy_init()};
    std::uint64_t next_number = 1;
    std::mutex mutex;  // of `stopped` alone, which nobody but a stop_token notifies
    std::condition_variable_any stopped;
};

HttpTarget::HttpTarget(const std::string& url, Format format, std::string run, Delivered delivered)
    : impl_(std::make_unique<Impl>(url, format, std::move(run), std::move(delivered))) {}

HttpTarget::~HttpTarget() = default;

Result<void> HttpTarget::send(Batch batch, std::stop_token stop) {
    const std::uint64_t number = impl_->next_number++;
    for (unsigned attempt = 0; !stop.stop_requested(); ++attempt) {
        const Answer answer = impl_->post(batch, number, stop);
        const HttpVerdict verdict = judge(answer.status, answer.retry_after, attempt);
        switch (verdict.what) {
            case HttpVerdict::What::delivered: impl_->delivered(batch.records, batch.malformed, batch.text.size()); return {};
            case HttpVerdict::What::give_up:
                return fail(Errc::invalid, "the gateway answered " + std::to_string(answer.status) + ": " + answer.text);
            case HttpVerdict::What::retry: break;
        }
        if (!impl_->wait(verdict.wait, stop)) break;
    }
    return fail(Errc::closed, "stopped");
}

Result<void> HttpTarget::flush(std::chrono::steady_clock::time_point /*deadline*/) {
    return {};  // send() returns only once a batch has been delivered
}

}  // namespace logchute::noise
