// A certificate for one test.
#pragma once

#include <filesystem>

namespace logchute::test {

/// A self-signed certificate for localhost and 127.0.0.1, its own authority, valid for an hour; with its key as PEM files in a temporary
/// folder that the destructor removes. Failures: throws std::runtime_error.
class Certificate {
public:
    Certificate();
    ~Certificate();
    Certificate(const Certificate&) = delete;
    Certificate& operator=(const Certificate&) = delete;

    [[nodiscard]] std::filesystem::path certificate_file() const { return folder_ / "cert.pem"; }
    [[nodiscard]] std::filesystem::path key_file() const { return folder_ / "key.pem"; }

private:
    std::filesystem::path folder_;
};

}  // namespace logchute::test
