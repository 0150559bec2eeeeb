// AES-128-GCM, the cipher of nearly every packet, by Intel's intel-ipsec-mb instead of GnuTLS where the processor has the instructions
// for it: GnuTLS 3.7 knows neither VAES nor AVX-512 and spends 150 ns on each call before the first byte. Measured on a Xeon of 2023,
// ns to seal and open 1400 bytes: GnuTLS 379 and 394, here 121 and 114; 100 bytes: 184 and 166, here 44 and 43.
//
// ngtcp2's crypto library makes, uses and frees its AEAD contexts in five functions and looks into them nowhere else. The published
// executable links them with --wrap (Native.targets): a call of X inside ngtcp2 arrives at __wrap_X here, and __real_X is the original
// by GnuTLS, which serves every other cipher and every other processor. `dotnet run` and the tests use the distribution's shared
// libraries, where nothing can be wrapped; there SOFTLAN_IPSEC_MB is not defined and GnuTLS does all of it.
//
// The library's own entrance, IMB_MGR, would bring 12 MB of other ciphers into the executable. So the functions that it dispatches to
// are called by name. With a version that has not all of them Native.targets builds softlan with GnuTLS alone.

#define _GNU_SOURCE
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

const char *softlan_aead_name(void);

#ifndef SOFTLAN_IPSEC_MB

const char *softlan_aead_name(void) { return "GnuTLS"; }

#else

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <intel-ipsec-mb.h>
#include <ngtcp2/ngtcp2_crypto.h>

#define KEY_LENGTH 16
#define NONCE_LENGTH 12
#define TAG_LENGTH 16

typedef void seal_or_open(const struct gcm_key_data *key, struct gcm_context_data *context, uint8_t *out, const uint8_t *in, uint64_t length,
                          const uint8_t *nonce, const uint8_t *aad, uint64_t aad_length, uint8_t *tag, uint64_t tag_length);

// Not in the library's header, which names the oldest two of five generations only.
seal_or_open aes_gcm_enc_128_vaes_avx512, aes_gcm_dec_128_vaes_avx512;
void aes_gcm_precomp_128_vaes_avx512(struct gcm_key_data *key);
void aes_gcm_precomp_128_avx_gen4(struct gcm_key_data *key);
void aes_keyexp_128_enc_avx2(const void *key, void *round_keys);

struct implementation {
    const char *name;
    void (*precompute)(struct gcm_key_data *key);
    seal_or_open *seal, *open;
};

static const struct implementation vaes = { "intel-ipsec-mb (VAES, AVX-512)", aes_gcm_precomp_128_vaes_avx512, aes_gcm_enc_128_vaes_avx512, aes_gcm_dec_128_vaes_avx512 };
static const struct implementation aesni = { "intel-ipsec-mb (AES-NI, AVX2)", aes_gcm_precomp_128_avx_gen4, aes_gcm_enc_128_avx_gen4, aes_gcm_dec_128_avx_gen4 };

// NULL: GnuTLS. Chosen before main and never changed, so that a context made by one is never given to another.
static const struct implementation *chosen;

// __builtin_cpu_supports also asks whether the operating system saves the wide registers. The first two lists are what the library's
// own choice between its generations asks for, as far as AES-GCM needs it.
static const struct implementation *best(void)
{
    __builtin_cpu_init();
    if (!__builtin_cpu_supports("aes") || !__builtin_cpu_supports("pclmul") || !__builtin_cpu_supports("avx2")) {
        return NULL;
    }

    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl")
            && __builtin_cpu_supports("vaes") && __builtin_cpu_supports("vpclmulqdq")
        ? &vaes
        : &aesni;
}

static void expand(const struct implementation *by, struct gcm_key_data *data, const uint8_t *key)
{
    aes_keyexp_128_enc_avx2(key, data->expanded_keys);
    by->precompute(data);
}

// Test case 4 of McGrew and Viega, "The Galois/Counter Mode of Operation (GCM)", appendix B: 60 bytes, 20 bytes of AAD. A virtual machine
// that promises instructions which it does not have right must not cost a player the connection.
static int works(const struct implementation *by)
{
    static const uint8_t key[KEY_LENGTH] = { 0xfe, 0xff, 0xe9, 0x92, 0x86, 0x65, 0x73, 0x1c, 0x6d, 0x6a, 0x8f, 0x94, 0x67, 0x30, 0x83, 0x08 };
    static const uint8_t nonce[NONCE_LENGTH] = { 0xca, 0xfe, 0xba, 0xbe, 0xfa, 0xce, 0xdb, 0xad, 0xde, 0xca, 0xf8, 0x88 };
    static const uint8_t aad[] = { 0xfe, 0xed, 0xfa, 0xce, 0xde, 0xad, 0xbe, 0xef, 0xfe, 0xed, 0xfa, 0xce, 0xde, 0xad, 0xbe, 0xef, 0xab, 0xad, 0xda, 0xd2 };
    static const uint8_t plain[] = {
        0xd9, 0x31, 0x32, 0x25, 0xf8, 0x84, 0x06, 0xe5, 0xa5, 0x59, 0x09, 0xc5, 0xaf, 0xf5, 0x26, 0x9a, 0x86, 0xa7, 0xa9, 0x53, 0x15, 0x34, 0xf7, 0xda, 0x2e, 0x4c, 0x30, 0x3d, 0x8a, 0x31,
        0x8a, 0x72, 0x1c, 0x3c, 0x0c, 0x95, 0x95, 0x68, 0x09, 0x53, 0x2f, 0xcf, 0x0e, 0x24, 0x49, 0xa6, 0xb5, 0x25, 0xb1, 0x6a, 0xed, 0xf5, 0xaa, 0x0d, 0xe6, 0x57, 0xba, 0x63, 0x7b, 0x39,
    };
    static const uint8_t sealed[] = {
        0x42, 0x83, 0x1e, 0xc2, 0x21, 0x77, 0x74, 0x24, 0x4b, 0x72, 0x21, 0xb7, 0x84, 0xd0, 0xd4, 0x9c, 0xe3, 0xaa, 0x21, 0x2f, 0x2c, 0x02, 0xa4, 0xe0, 0x35, 0xc1, 0x7e, 0x23, 0x29, 0xac,
        0xa1, 0x2e, 0x21, 0xd5, 0x14, 0xb2, 0x54, 0x66, 0x93, 0x1c, 0x7d, 0x8f, 0x6a, 0x5a, 0xac, 0x84, 0xaa, 0x05, 0x1b, 0xa3, 0x0b, 0x39, 0x6a, 0x0a, 0xac, 0x97, 0x3d, 0x58, 0xe0, 0x91,
    };
    static const uint8_t tag[TAG_LENGTH] = { 0x5b, 0xc9, 0x4f, 0xbc, 0x32, 0x21, 0xa5, 0xdb, 0x94, 0xfa, 0xe9, 0x5a, 0xe7, 0x12, 0x1a, 0x47 };

    _Alignas(64) struct gcm_key_data data;
    _Alignas(64) struct gcm_context_data context;
    uint8_t out[sizeof plain], out_tag[TAG_LENGTH];
    expand(by, &data, key);
    by->seal(&data, &context, out, plain, sizeof plain, nonce, aad, sizeof aad, out_tag, TAG_LENGTH);
    if (memcmp(out, sealed, sizeof sealed) != 0 || memcmp(out_tag, tag, TAG_LENGTH) != 0) {
        return 0;
    }

    by->open(&data, &context, out, sealed, sizeof sealed, nonce, aad, sizeof aad, out_tag, TAG_LENGTH);
    return memcmp(out, plain, sizeof plain) == 0 && memcmp(out_tag, tag, TAG_LENGTH) == 0;
}

__attribute__((constructor)) static void choose(void)
{
    const struct implementation *candidate = best();
    chosen = candidate != NULL && works(candidate) ? candidate : NULL;
}

const char *softlan_aead_name(void) { return chosen != NULL ? chosen->name : "GnuTLS"; }

#ifdef SOFTLAN_AEAD_TEST
// For the test, which compares each implementation that this processor can run with GnuTLS. 0: it cannot, or there are no more.
int softlan_aead_choose(int index);
int softlan_aead_choose(int index)
{
    const struct implementation *all[] = { &aesni, &vaes };
    const struct implementation *most = best();
    if (index >= 2 || most == NULL || (all[index] == &vaes && most != &vaes)) {
        return 0;
    }

    chosen = works(all[index]) ? all[index] : NULL;
    return 1;
}
#endif

// Whether contexts of this cipher are ours. What is asked about a context must have the answer that it had when the context was made.
static int is_ours(const ngtcp2_crypto_aead *aead) { return chosen != NULL && aead->native_handle == (void *)GNUTLS_CIPHER_AES_128_GCM; }

// ngtcp2_crypto_aead_ctx_free is not told the cipher, so ours are marked: GnuTLS aligns what it allocates to 16 bytes, and bit 0 is free.
#define MARK ((uintptr_t)1)

static struct gcm_key_data *key_of(const ngtcp2_crypto_aead_ctx *context) { return (struct gcm_key_data *)((uintptr_t)context->native_handle & ~MARK); }

typedef int init_context(ngtcp2_crypto_aead_ctx *context, const ngtcp2_crypto_aead *aead, const uint8_t *key, size_t nonce_length);
typedef void free_context(ngtcp2_crypto_aead_ctx *context);
typedef int seal_or_open_packet(uint8_t *dest, const ngtcp2_crypto_aead *aead, const ngtcp2_crypto_aead_ctx *context, const uint8_t *in, size_t length, const uint8_t *nonce,
                                size_t nonce_length, const uint8_t *aad, size_t aad_length);

init_context __real_ngtcp2_crypto_aead_ctx_encrypt_init, __real_ngtcp2_crypto_aead_ctx_decrypt_init, __wrap_ngtcp2_crypto_aead_ctx_encrypt_init, __wrap_ngtcp2_crypto_aead_ctx_decrypt_init;
free_context __real_ngtcp2_crypto_aead_ctx_free, __wrap_ngtcp2_crypto_aead_ctx_free;
seal_or_open_packet __real_ngtcp2_crypto_encrypt, __real_ngtcp2_crypto_decrypt, __wrap_ngtcp2_crypto_encrypt, __wrap_ngtcp2_crypto_decrypt;

static int make(ngtcp2_crypto_aead_ctx *context, const uint8_t *key)
{
    void *data;
    if (posix_memalign(&data, 64, sizeof(struct gcm_key_data)) != 0) {
        return -1;
    }

    expand(chosen, data, key);
    context->native_handle = (void *)((uintptr_t)data | MARK);
    return 0;
}

int __wrap_ngtcp2_crypto_aead_ctx_encrypt_init(ngtcp2_crypto_aead_ctx *context, const ngtcp2_crypto_aead *aead, const uint8_t *key, size_t nonce_length)
{
    return is_ours(aead) ? make(context, key) : __real_ngtcp2_crypto_aead_ctx_encrypt_init(context, aead, key, nonce_length);
}

int __wrap_ngtcp2_crypto_aead_ctx_decrypt_init(ngtcp2_crypto_aead_ctx *context, const ngtcp2_crypto_aead *aead, const uint8_t *key, size_t nonce_length)
{
    return is_ours(aead) ? make(context, key) : __real_ngtcp2_crypto_aead_ctx_decrypt_init(context, aead, key, nonce_length);
}

void __wrap_ngtcp2_crypto_aead_ctx_free(ngtcp2_crypto_aead_ctx *context)
{
    if (((uintptr_t)context->native_handle & MARK) == 0) {
        __real_ngtcp2_crypto_aead_ctx_free(context);
        return;
    }

    struct gcm_key_data *data = key_of(context);
    explicit_bzero(data, sizeof *data);
    free(data);
}

// As the original: returns 0, or -1 for a wrong length; QUIC's nonces have 12 bytes (RFC 9001, section 5.3).
int __wrap_ngtcp2_crypto_encrypt(uint8_t *dest, const ngtcp2_crypto_aead *aead, const ngtcp2_crypto_aead_ctx *context, const uint8_t *plain, size_t plain_length, const uint8_t *nonce,
                                 size_t nonce_length, const uint8_t *aad, size_t aad_length)
{
    if (!is_ours(aead)) {
        return __real_ngtcp2_crypto_encrypt(dest, aead, context, plain, plain_length, nonce, nonce_length, aad, aad_length);
    }

    if (nonce_length != NONCE_LENGTH) {
        return -1;
    }

    _Alignas(64) struct gcm_context_data scratch;
    chosen->seal(key_of(context), &scratch, dest, plain, plain_length, nonce, aad, aad_length, dest + plain_length, TAG_LENGTH);
    return 0;
}

// As the original: returns 0, or -1 for a packet that is too short or whose tag is wrong. What stands in dest then is worth nothing.
int __wrap_ngtcp2_crypto_decrypt(uint8_t *dest, const ngtcp2_crypto_aead *aead, const ngtcp2_crypto_aead_ctx *context, const uint8_t *sealed, size_t sealed_length, const uint8_t *nonce,
                                 size_t nonce_length, const uint8_t *aad, size_t aad_length)
{
    if (!is_ours(aead)) {
        return __real_ngtcp2_crypto_decrypt(dest, aead, context, sealed, sealed_length, nonce, nonce_length, aad, aad_length);
    }

    if (nonce_length != NONCE_LENGTH || sealed_length < TAG_LENGTH) {
        return -1;
    }

    _Alignas(64) struct gcm_context_data scratch;
    uint8_t tag[TAG_LENGTH];
    size_t length = sealed_length - TAG_LENGTH;
    chosen->open(key_of(context), &scratch, dest, sealed, length, nonce, aad, aad_length, tag, TAG_LENGTH);
    return gnutls_memcmp(tag, sealed + length, TAG_LENGTH) == 0 ? 0 : -1; // In constant time.
}

#endif
