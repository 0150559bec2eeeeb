// Compares softlan_aead.c with GnuTLS, through the same five functions of ngtcp2's crypto library that the executable replaces. AeadTests
// compiles it with --wrap and runs it. Prints a line for each implementation that this processor can run; ends with 1 at the first difference.

#define _GNU_SOURCE
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <ngtcp2/ngtcp2_crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LONGEST 65536
#define ROOM (LONGEST + 64)
#define ROUNDS 20000

const char *softlan_aead_name(void);
int softlan_aead_choose(int index);
int __real_ngtcp2_crypto_aead_ctx_encrypt_init(ngtcp2_crypto_aead_ctx *context, const ngtcp2_crypto_aead *aead, const uint8_t *key, size_t nonce_length);
void __real_ngtcp2_crypto_aead_ctx_free(ngtcp2_crypto_aead_ctx *context);
int __real_ngtcp2_crypto_encrypt(uint8_t *dest, const ngtcp2_crypto_aead *aead, const ngtcp2_crypto_aead_ctx *context, const uint8_t *plain, size_t plain_length, const uint8_t *nonce,
                                 size_t nonce_length, const uint8_t *aad, size_t aad_length);

static void expect(int holds, const char *what, size_t length, size_t aad_length)
{
    if (!holds) {
        printf("%s: %s (%zu bytes, %zu of AAD)\n", softlan_aead_name(), what, length, aad_length);
        exit(1);
    }
}

static void fill(void *bytes, size_t length) { expect(gnutls_rnd(GNUTLS_RND_NONCE, bytes, length) == 0, "no random numbers", length, 0); }

static uint8_t plain[ROOM], sealed[ROOM], reference[ROOM], opened[ROOM];

static void round_trip(ngtcp2_crypto_aead *aead, size_t length, size_t aad_length, int in_place)
{
    uint8_t key[32], nonce[12], aad[128];
    ngtcp2_crypto_aead_ctx seal, open, gnutls;
    fill(key, sizeof key);
    fill(nonce, sizeof nonce);
    fill(aad, sizeof aad);
    fill(plain, length);
    expect(ngtcp2_crypto_aead_ctx_encrypt_init(&seal, aead, key, sizeof nonce) == 0, "no context to seal with", length, aad_length);
    expect(ngtcp2_crypto_aead_ctx_decrypt_init(&open, aead, key, sizeof nonce) == 0, "no context to open with", length, aad_length);
    expect(__real_ngtcp2_crypto_aead_ctx_encrypt_init(&gnutls, aead, key, sizeof nonce) == 0, "no context of GnuTLS", length, aad_length);

    // Whatever is written behind the tag shows.
    memset(sealed, 0xa5, ROOM);
    memset(opened, 0xa5, ROOM);
    if (in_place) {
        memcpy(sealed, plain, length);
    }

    expect(ngtcp2_crypto_encrypt(sealed, aead, &seal, in_place ? sealed : plain, length, nonce, sizeof nonce, aad, aad_length) == 0, "sealing failed", length, aad_length);
    expect(__real_ngtcp2_crypto_encrypt(reference, aead, &gnutls, plain, length, nonce, sizeof nonce, aad, aad_length) == 0, "GnuTLS failed", length, aad_length);
    expect(memcmp(sealed, reference, length + 16) == 0, "sealed something else than GnuTLS", length, aad_length);
    expect(sealed[length + 16] == 0xa5, "wrote behind the tag", length, aad_length);

    expect(ngtcp2_crypto_decrypt(opened, aead, &open, sealed, length + 16, nonce, sizeof nonce, aad, aad_length) == 0, "did not open what it sealed", length, aad_length);
    expect(memcmp(opened, plain, length) == 0, "opened something else than was sealed", length, aad_length);
    expect(opened[length] == 0xa5, "wrote behind the plain text", length, aad_length);

    uint8_t dice[4];
    fill(dice, sizeof dice);
    size_t at = (dice[0] | (size_t)dice[1] << 8) % (length + 16);
    uint8_t flip = (uint8_t)(1 << (dice[2] & 7));
    sealed[at] ^= flip;
    expect(ngtcp2_crypto_decrypt(opened, aead, &open, sealed, length + 16, nonce, sizeof nonce, aad, aad_length) != 0, "opened a changed packet", length, aad_length);
    sealed[at] ^= flip;
    if (aad_length > 0) {
        aad[dice[3] % aad_length] ^= flip;
        expect(ngtcp2_crypto_decrypt(opened, aead, &open, sealed, length + 16, nonce, sizeof nonce, aad, aad_length) != 0, "opened with another header", length, aad_length);
        aad[dice[3] % aad_length] ^= flip;
    }

    nonce[dice[3] % sizeof nonce] ^= flip;
    expect(ngtcp2_crypto_decrypt(opened, aead, &open, sealed, length + 16, nonce, sizeof nonce, aad, aad_length) != 0, "opened with another nonce", length, aad_length);
    expect(ngtcp2_crypto_decrypt(opened, aead, &open, sealed, length % 16, nonce, sizeof nonce, aad, aad_length) != 0, "opened less than a tag", length % 16, aad_length);

    ngtcp2_crypto_aead_ctx_free(&seal);
    ngtcp2_crypto_aead_ctx_free(&open);
    __real_ngtcp2_crypto_aead_ctx_free(&gnutls);
}

int main(void)
{
    printf("chosen: %s\n", softlan_aead_name());
    for (int index = 0; softlan_aead_choose(index); index++) {
        ngtcp2_crypto_aead aes128 = { (void *)GNUTLS_CIPHER_AES_128_GCM, 16 };
        ngtcp2_crypto_aead others[] = { { (void *)GNUTLS_CIPHER_AES_256_GCM, 16 }, { (void *)GNUTLS_CIPHER_CHACHA20_POLY1305, 16 } };
        expect(strcmp(softlan_aead_name(), "GnuTLS") != 0, "does not pass its own test", 0, 0);

        // Every length that ends or begins a block or a stride of 48 blocks, then any.
        for (size_t length = 0; length <= 1600; length++) {
            round_trip(&aes128, length, length % 65, (int)(length & 1));
        }

        for (int i = 0; i < ROUNDS; i++) {
            uint8_t dice[4];
            fill(dice, sizeof dice);
            size_t length = dice[0] | (size_t)dice[1] << 8;
            round_trip(&aes128, i % 8 == 0 ? length : length % 1500, dice[2] % 65, dice[3] & 1);
        }

        round_trip(&aes128, LONGEST, 20, 1);
        round_trip(&others[0], 1200, 20, 1);
        round_trip(&others[1], 1200, 20, 1);
        printf("as GnuTLS: %s\n", softlan_aead_name());
    }

    return 0;
}
