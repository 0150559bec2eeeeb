/* What Microsoft's C runtime library would bring to an executable that NativeAOT has compiled, for a link with mingw-w64's import libraries:
 * start-up, dynamic thread-local storage, the security cookie, a few small functions. With shim.S for what C cannot say.
 * The Universal CRT itself (ucrtbase.dll) is part of Windows. */
#include <stddef.h>
#include <stdint.h>
#define WIN32_LEAN_AND_MEAN
#include <windows.h>

void *malloc(size_t);
void free(void *);

/* operator new and delete of the C++ runtime; shim.S gives them their names. */
void *shim_new(size_t n) { return malloc(n ? n : 1); }
void shim_delete(void *p) { free(p); }

int _fltused = 0x9875;

/* The linker option /GS: functions put it on their stack and look for it before they return. */
uintptr_t __security_cookie = 0x00002B992DDFA232ull;

/* What Microsoft's library has in loadcfg.obj, in the length that mingw-w64 declares. Without it the linker has no place for what the option
 * /DEPENDENTLOADFLAG of Windows.targets says (in Reserved1, called DependentLoadFlags in newer headers), and drops it without a word. */
__attribute__((used, section(".rdata$loadcfg"), aligned(16))) const IMAGE_LOAD_CONFIG_DIRECTORY64 _load_config_used = {
    .Size = sizeof(IMAGE_LOAD_CONFIG_DIRECTORY64),
    .SecurityCookie = (ULONGLONG)&__security_cookie,
};

__attribute__((noreturn)) void __report_rangecheckfailure(void)
{
    __asm__ volatile("mov $8, %ecx\n int $0x29"); /* FAST_FAIL_RANGE_CHECK_FAILURE */
    __builtin_unreachable();
}

/* Called while an exception passes a frame with a cookie. The frame's own epilogue checks it when it returns. */
int __GSHandlerCheck(void *record, void *frame, void *context, void *dispatcher) { return 1; }

int _crt_atexit(void (*)(void));
int atexit(void (*f)(void)) { return _crt_atexit(f); }

size_t strnlen(const char *s, size_t n)
{
    size_t i = 0;
    while (i < n && s[i]) i++;
    return i;
}

/* Initializers: the compiler puts pointers between the first and the last of each group. */
typedef void (*PV)(void);
typedef int (*PI)(void);
__attribute__((section(".CRT$XIA"), used)) PI xi_a = 0;
__attribute__((section(".CRT$XIZ"), used)) PI xi_z = 0;
__attribute__((section(".CRT$XCA"), used)) PV xc_a = 0;
__attribute__((section(".CRT$XCZ"), used)) PV xc_z = 0;
__attribute__((section(".CRT$XDA"), used)) PV xd_a = 0;
__attribute__((section(".CRT$XDZ"), used)) PV xd_z = 0;
__attribute__((section(".CRT$XLA"), used)) PIMAGE_TLS_CALLBACK xl_a = 0;
__attribute__((section(".CRT$XLZ"), used)) PIMAGE_TLS_CALLBACK xl_z = 0;

/* Thread-local variables with initializers: once in each thread. */
extern unsigned char *tls_guard_ptr(void);

void NTAPI __dyn_tls_init(PVOID module, DWORD reason, PVOID reserved)
{
    if (reason != DLL_THREAD_ATTACH) return;
    unsigned char *guard = tls_guard_ptr();
    if (*guard) return;
    *guard = 1;
    for (PV volatile *p = &xd_a + 1; p < &xd_z; p++) if (*p) (*p)();
}

void __dyn_tls_on_demand_init(void) { __dyn_tls_init(0, DLL_THREAD_ATTACH, 0); }

__attribute__((section(".CRT$XLC"), used)) PIMAGE_TLS_CALLBACK xl_c = __dyn_tls_init;

ULONG _tls_index = 0;
__attribute__((section(".tls"), used, aligned(16))) char tls_start_[16] = { 0 };
__attribute__((section(".tls$ZZZ"), used)) char tls_end_[16] = { 0 };
__attribute__((used)) const IMAGE_TLS_DIRECTORY64 _tls_used = {
    .StartAddressOfRawData = (ULONGLONG)tls_start_,
    .EndAddressOfRawData = (ULONGLONG)tls_end_,
    .AddressOfIndex = (ULONGLONG)&_tls_index,
    .AddressOfCallBacks = (ULONGLONG)(&xl_a + 1),
};

int _initterm_e(PI *, PI *);
void _initterm(PV *, PV *);
int _configure_wide_argv(int);
int _initialize_wide_environment(void);
__declspec(dllimport) int *__p___argc(void);
__declspec(dllimport) wchar_t ***__p___wargv(void);
wchar_t **_get_initial_wide_environment(void);
void _set_app_type(int);
__attribute__((noreturn)) void exit(int);
int wmain(int, wchar_t **, wchar_t **);

static void choose_cookie(void)
{
    FILETIME f;
    LARGE_INTEGER q;
    GetSystemTimeAsFileTime(&f);
    QueryPerformanceCounter(&q);
    uintptr_t c = ((uintptr_t)f.dwHighDateTime << 32 | f.dwLowDateTime) ^ GetCurrentThreadId() ^ ((uintptr_t)GetCurrentProcessId() << 24) ^ ((uintptr_t)q.QuadPart << 13) ^ (uintptr_t)&c;
    c &= 0x0000FFFFFFFFFFFFull; /* The upper 16 bits are zero, which the check looks at. */
    if (c == 0x00002B992DDFA232ull) c++;
    __security_cookie = c;
}

/* A function of its own: it has no cookie on its stack while the cookie changes. */
__attribute__((noinline)) static void run(void)
{
    _set_app_type(1); /* _crt_console_app */
    if (_initterm_e(&xi_a, &xi_z)) ExitProcess(255);
    _configure_wide_argv(1); /* _crt_argv_unexpanded_arguments */
    _initialize_wide_environment();
    _initterm(&xc_a, &xc_z);
    __dyn_tls_init(0, DLL_THREAD_ATTACH, 0);
    exit(wmain(*__p___argc(), *__p___wargv(), _get_initial_wide_environment()));
}

void wmainCRTStartup(void)
{
    choose_cookie();
    run();
}
