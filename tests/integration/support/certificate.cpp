#include "support/certificate.hpp"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <string>

namespace logchute::test {
namespace {

template <auto F>
struct CFree {
    template <class T>
    void operator()(T* handle) const noexcept {
        F(handle);
    }
};
using KeyPtr = std::unique_ptr<EVP_PKEY, CFree<EVP_PKEY_free>>;
using CertificatePtr = std::unique_ptr<X509, CFree<X509_free>>;
using ExtensionPtr = std::unique_ptr<X509_EXTENSION, CFree<X509_EXTENSION_free>>;
using FilePtr = std::unique_ptr<std::FILE, CFree<std::fclose>>;

void require(bool fine, const char* what) {
    if (!fine) throw std::runtime_error(std::string("cannot make a certificate: ") + what);
}

void add_extension(X509& certificate, int nid, const char* value) {
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, &certificate, &certificate, nullptr, nullptr, 0);
    const ExtensionPtr extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value));
    require(extension && X509_add_ext(&certificate, extension.get(), -1) == 1, value);
}

CertificatePtr sign(EVP_PKEY& key) {
    CertificatePtr certificate(X509_new());
    require(certificate != nullptr, "memory");
    X509& raw = *certificate;
    X509_set_version(&raw, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(&raw), 1);
    X509_gmtime_adj(X509_getm_notBefore(&raw), -60);
    X509_gmtime_adj(X509_getm_notAfter(&raw), 3'600);
    X509_set_pubkey(&raw, &key);
    X509_NAME* name = X509_get_subject_name(&raw);
    const std::string common_name = "localhost";
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>(common_name.c_str()), -1, -1, 0);
    X509_set_issuer_name(&raw, name);
    add_extension(raw, NID_basic_constraints, "critical,CA:TRUE");
    add_extension(raw, NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1");
    require(X509_sign(&raw, &key, EVP_sha256()) != 0, "signature");
    return certificate;
}

FilePtr create(const std::filesystem::path& path) {
    FilePtr file(std::fopen(path.c_str(), "w"));
    require(file != nullptr, path.c_str());
    return file;
}

}  // namespace

Certificate::Certificate() {
    std::string pattern = (std::filesystem::temp_directory_path() / "logchute-cert-XXXXXX").string();
    require(::mkdtemp(pattern.data()) != nullptr, "temporary folder");
    folder_ = pattern;
    const KeyPtr key(EVP_EC_gen("P-256"));
    require(key != nullptr, "key");
    const CertificatePtr certificate = sign(*key);
    require(PEM_write_PrivateKey(create(key_file()).get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1, "key file");
    require(PEM_write_X509(create(certificate_file()).get(), certificate.get()) == 1, "certificate file");
}

Certificate::~Certificate() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
}

}  // namespace logchute::test
