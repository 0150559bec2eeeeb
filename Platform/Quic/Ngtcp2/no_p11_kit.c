// PKCS#11 for a build that has none. p11-kit loads modules at run time and therefore exists as a shared library only; the GnuTLS inside
// the published executable gets these functions instead. Each fails in the way that p11-kit.h and uri.h document, so that GnuTLS reports
// "PKCS #11 error" to whoever asks for a token, and everything else (the system's CA file among it) works as always.

// Older headers declare the iterators only where this is defined.
#define P11_KIT_FUTURE_UNSTABLE_API

#include <p11-kit/iter.h>
#include <p11-kit/p11-kit.h>
#include <p11-kit/pin.h>
#include <p11-kit/pkcs11.h>
#include <p11-kit/uri.h>

#define UNUSED __attribute__((unused))

static const char Unavailable[] = "PKCS#11 is not part of this build of softlan";

// Modules: there are none, and none can be loaded.

CK_FUNCTION_LIST **p11_kit_modules_load(const char *reserved UNUSED, int flags UNUSED) { return NULL; }
CK_FUNCTION_LIST *p11_kit_module_load(const char *module_path UNUSED, int flags UNUSED) { return NULL; }
CK_RV p11_kit_module_finalize(CK_FUNCTION_LIST *module UNUSED) { return CKR_FUNCTION_NOT_SUPPORTED; }
void p11_kit_module_release(CK_FUNCTION_LIST *module UNUSED) { }
char *p11_kit_module_get_name(CK_FUNCTION_LIST *module UNUSED) { return NULL; }
int p11_kit_module_get_flags(CK_FUNCTION_LIST *module UNUSED) { return 0; }
char *p11_kit_config_option(CK_FUNCTION_LIST *module UNUSED, const char *option UNUSED) { return NULL; }
const char *p11_kit_strerror(CK_RV rv UNUSED) { return Unavailable; }
const char *p11_kit_message(void) { return Unavailable; }

// Strings in token information: no token, no string.

size_t p11_kit_space_strlen(const unsigned char *string UNUSED, size_t max_length UNUSED) { return 0; }
char *p11_kit_space_strdup(const unsigned char *string UNUSED, size_t max_length UNUSED) { return NULL; }

// URIs: none can be made, so the functions that take one are never reached with a real one.

P11KitUri *p11_kit_uri_new(void) { return NULL; }
void p11_kit_uri_free(P11KitUri *uri UNUSED) { }
int p11_kit_uri_parse(const char *string UNUSED, P11KitUriType type UNUSED, P11KitUri *uri UNUSED) { return P11_KIT_URI_UNEXPECTED; }
int p11_kit_uri_format(P11KitUri *uri UNUSED, P11KitUriType type UNUSED, char **string UNUSED) { return P11_KIT_URI_UNEXPECTED; }
int p11_kit_uri_match_module_info(const P11KitUri *uri UNUSED, const CK_INFO *info UNUSED) { return 0; }
int p11_kit_uri_match_token_info(const P11KitUri *uri UNUSED, const CK_TOKEN_INFO *info UNUSED) { return 0; }
CK_INFO_PTR p11_kit_uri_get_module_info(P11KitUri *uri UNUSED) { return NULL; }
CK_TOKEN_INFO_PTR p11_kit_uri_get_token_info(P11KitUri *uri UNUSED) { return NULL; }
CK_ATTRIBUTE_PTR p11_kit_uri_get_attribute(P11KitUri *uri UNUSED, CK_ATTRIBUTE_TYPE type UNUSED) { return NULL; }
int p11_kit_uri_set_attribute(P11KitUri *uri UNUSED, CK_ATTRIBUTE_PTR attribute UNUSED) { return P11_KIT_URI_UNEXPECTED; }
const char *p11_kit_uri_get_pin_value(const P11KitUri *uri UNUSED) { return NULL; }
const char *p11_kit_uri_get_pin_source(const P11KitUri *uri UNUSED) { return NULL; }

CK_ATTRIBUTE_PTR p11_kit_uri_get_attributes(P11KitUri *uri UNUSED, CK_ULONG *count)
{
    *count = 0;
    return NULL;
}

// PINs: nobody asks, nobody answers.

P11KitPin *p11_kit_pin_new_for_string(const char *value UNUSED) { return NULL; }
void p11_kit_pin_unref(P11KitPin *pin UNUSED) { }
size_t p11_kit_pin_get_length(P11KitPin *pin UNUSED) { return 0; }

const unsigned char *p11_kit_pin_get_value(P11KitPin *pin UNUSED, size_t *length)
{
    if (length != NULL) {
        *length = 0;
    }

    return NULL;
}

int p11_kit_pin_register_callback(const char *source UNUSED, p11_kit_pin_callback callback UNUSED, void *data UNUSED,
                                  p11_kit_pin_destroy_func destroy UNUSED)
{
    return -1;
}

void p11_kit_pin_unregister_callback(const char *source UNUSED, p11_kit_pin_callback callback UNUSED, void *data UNUSED) { }

P11KitPin *p11_kit_pin_request(const char *source UNUSED, P11KitUri *uri UNUSED, const char *description UNUSED, P11KitPinFlags flags UNUSED)
{
    return NULL;
}

P11KitPin *p11_kit_pin_file_callback(const char *source UNUSED, P11KitUri *uri UNUSED, const char *description UNUSED,
                                     P11KitPinFlags flags UNUSED, void *data UNUSED)
{
    return NULL;
}

// Iterators over objects on tokens (GnuTLS 3.8): none can be made.

P11KitIter *p11_kit_iter_new(P11KitUri *uri UNUSED, P11KitIterBehavior behavior UNUSED) { return NULL; }
void p11_kit_iter_free(P11KitIter *iter UNUSED) { }
void p11_kit_iter_add_filter(P11KitIter *iter UNUSED, CK_ATTRIBUTE *matching UNUSED, CK_ULONG count UNUSED) { }
CK_RV p11_kit_iter_next(P11KitIter *iter UNUSED) { return CKR_CANCEL; }
CK_OBJECT_HANDLE p11_kit_iter_get_object(P11KitIter *iter UNUSED) { return 0; }

void p11_kit_iter_begin_with(P11KitIter *iter UNUSED, CK_FUNCTION_LIST_PTR module UNUSED, CK_SLOT_ID slot UNUSED,
                             CK_SESSION_HANDLE session UNUSED)
{
}

CK_RV p11_kit_iter_get_attributes(P11KitIter *iter UNUSED, CK_ATTRIBUTE *template UNUSED, CK_ULONG count UNUSED)
{
    return CKR_FUNCTION_NOT_SUPPORTED;
}
