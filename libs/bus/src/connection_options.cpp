#include "connection_options.hpp"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <stdexcept>

#include "nats_error.hpp"

namespace logchute::bus {
namespace {

// How long a server may be silent. All of it together stays below the 5 s in which a caller of ours is owed an answer.
constexpr std::int64_t kConnectTimeoutMs = 1'500;  // one attempt, handshake included
constexpr std::int64_t kPingIntervalMs = 1'000;
constexpr int kPingsOutMax = 3;                    // a server that answers none of these is gone: 3 to 4 s
constexpr std::int64_t kWriteDeadlineMs = 2'500;   // a socket that takes nothing for so long is dead
constexpr int kIoBufferBytes = 256 << 10;          // 32 KiB, the default, costs 10 k reads a second at 300 MB/s

constexpr std::string_view kBlanks = " \t";

std::string_view trim(std::string_view text) {
    const auto begin = text.find_first_not_of(kBlanks);
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

bool is_port(std::string_view text) {
    unsigned port = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    return error == std::errc{} && end == text.data() + text.size() && port >= 1 && port <= 65'535;
}

/// "[::1]:4222", "host:4222", "host".
bool is_host_and_port(std::string_view text) {
    if (text.starts_with('[')) {
        const auto close = text.find(']');
        if (close == std::string_view::npos || close < 3) return false;
        const auto rest = text.substr(close + 1);
        return rest.empty() || (rest.front() == ':' && is_port(rest.substr(1)));
    }
    const auto colon = text.find(':');
    const auto host = text.substr(0, colon);
    if (host.empty() || host.find_first_of(" \t/@[]") != std::string_view::npos) return false;
    return colon == std::string_view::npos || is_port(text.substr(colon + 1));
}

bool is_server_url(std::string_view url) {
    if (const auto scheme = url.find("://"); scheme != std::string_view::npos) {
        if (const auto name = url.substr(0, scheme); name != "nats" && name != "tls") return false;
        url.remove_prefix(scheme + 3);
    }
    if (const auto at = url.rfind('@'); at != std::string_view::npos) url.remove_prefix(at + 1);
    if (url.ends_with('/')) url.remove_suffix(1);
    return is_host_and_port(url);
}

/// For messages: a URL may hold a password.
std::string without_secret(std::string_view url) {
    const auto at = url.rfind('@');
    return std::string(at == std::string_view::npos ? url : url.substr(at + 1));
}

void require(natsStatus status, std::string_view option) {
    if (status != NATS_OK) throw std::runtime_error(nats_error(status, "NATS option " + std::string(option)).detail);
}

void require_readable(const std::string& path, std::string_view option) {
    if (!std::ifstream(path).is_open()) throw std::runtime_error("NATS option " + std::string(option) + ": cannot read " + path);
}

void set_servers(natsOptions& raw, const ConnectionOptions& options) {
    const auto servers = parse_servers(options.url);
    if (!servers) throw std::runtime_error("NATS option url: " + servers.error().detail);
    std::vector<const char*> list;
    for (const auto& server : *servers) list.push_back(server.c_str());
    require(natsOptions_SetServers(&raw, list.data(), static_cast<int>(list.size())), "url");
}

void set_identity(natsOptions& raw, const ConnectionOptions& options) {
    if (!options.credentials_file.empty()) {
        require_readable(options.credentials_file, "credentials_file");
        require(natsOptions_SetUserCredentialsFromFiles(&raw, options.credentials_file.c_str(), nullptr), "credentials_file");
    }
    if (!options.user.empty()) require(natsOptions_SetUserInfo(&raw, options.user.c_str(), options.password.c_str()), "user");
    if (!options.token.empty()) require(natsOptions_SetToken(&raw, options.token.c_str()), "token");
}

void set_tls(natsOptions& raw, const ConnectionOptions& options) {
    if (options.tls) require(natsOptions_SetSecure(&raw, true), "tls");
    if (!options.tls_ca_file.empty()) {
        require_readable(options.tls_ca_file, "tls_ca_file");
        require(natsOptions_LoadCATrustedCertificates(&raw, options.tls_ca_file.c_str()), "tls_ca_file");
    }
    if (!options.tls_cert_file.empty()) {
        require_readable(options.tls_cert_file, "tls_cert_file");
        require_readable(options.tls_key_file, "tls_key_file");
        require(natsOptions_LoadCertificatesChain(&raw, options.tls_cert_file.c_str(), options.tls_key_file.c_str()), "tls_cert_file");
    }
}

}  // namespace

std::string servers_text(std::string_view urls) {
    std::string text;
    const auto servers = parse_servers(urls);
    if (!servers) return text;
    for (const std::string& server : *servers) {
        if (!text.empty()) text += ", ";
        text += without_secret(server);
    }
    return text;
}

Result<std::vector<std::string>> parse_servers(std::string_view urls) {
    std::vector<std::string> servers;
    while (true) {
        const auto comma = urls.find(',');
        const auto url = trim(urls.substr(0, comma));
        if (!is_server_url(url))
            return fail(Errc::invalid,
                        "'" + without_secret(url) + "' is no address of a NATS server; use nats://host:port or tls://host:port");
        servers.emplace_back(url);
        if (comma == std::string_view::npos) return servers;
        urls.remove_prefix(comma + 1);
    }
}

OptionsPtr make_options(const ConnectionOptions& options) {
    natsOptions* handle = nullptr;
    require(natsOptions_Create(&handle), "(all)");
    OptionsPtr owned(handle);
    natsOptions& raw = *owned;
    set_servers(raw, options);
    set_identity(raw, options);
    set_tls(raw, options);
    if (!options.name.empty()) require(natsOptions_SetName(&raw, options.name.c_str()), "name");
    require(natsOptions_SetAllowReconnect(&raw, false), "reconnect");  // see link.hpp
    require(natsOptions_SetTimeout(&raw, kConnectTimeoutMs), "timeout");
    require(natsOptions_SetPingInterval(&raw, kPingIntervalMs), "ping interval");
    require(natsOptions_SetMaxPingsOut(&raw, kPingsOutMax), "pings out");
    require(natsOptions_SetWriteDeadline(&raw, kWriteDeadlineMs), "write deadline");
    require(natsOptions_SetIOBufSize(&raw, kIoBufferBytes), "buffer size");
    return owned;
}

}  // namespace logchute::bus
