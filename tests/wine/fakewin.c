/* The calls of iphlpapi and setupapi that Wine lacks, with the structs of the C headers and Windows' rules, on a machine that lives in a file
 * ($FAKEWIN_STATE), so that it outlives a killed client and a test on Linux can read and change it. Every change is a line in $FAKEWIN_LOG. */
#define _WIN32_WINNT 0x0A00
#define _SETUPAPI_
#define WINBASEAPI
#include <winsock2.h>
#include <ws2tcpip.h>
#include <iphlpapi.h>
#include <netioapi.h>
#include <windows.h>
#include <setupapi.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define X /* Exported by fakewin.def. */
#define ROUTES 64
#define INTERFACES 8
#define ADDRESSES 16
#define CLASS "SYSTEM\\CurrentControlSet\\Control\\Class\\{4D36E972-E325-11CE-BFC1-08002BE10318}"
#define TAP_ID "{11111111-2222-3333-4444-555555555555}"
#define TAP_INSTANCE L"ROOT\\NET\\0042"

enum { REFUSES = 1, NO_IPV6 = 2, FORGETS_DISABLE = 4, RESTART_FAILS = 8, HANGS = 16 };

typedef struct {
    UINT32 generation, routes, interfaces, addresses, flags, open_error;
    UINT64 tap_luid;
    GUID tap;
    UCHAR dns[2], reserved[6];
    MIB_IPFORWARD_ROW2 route[ROUTES];
    MIB_IPINTERFACE_ROW itf[INTERFACES];
    MIB_UNICASTIPADDRESS_ROW address[ADDRESSES];
} STATE;

static STATE s;

static HANDLE begin(void)
{
    HANDLE mutex = CreateMutexA(NULL, FALSE, "softlan-fakewin");
    WaitForSingleObject(mutex, 10000);
    for (int i = 0; i < 100; i++) {
        FILE *f = fopen(getenv("FAKEWIN_STATE"), "rb");
        BOOL whole = f && fread(&s, sizeof s, 1, f) == 1;
        if (f) fclose(f);
        if (whole) return mutex;
        Sleep(20); /* The test is exchanging it. */
    }
    fprintf(stderr, "fakewin: no state\n");
    ExitProcess(99);
}

static DWORD end(HANDLE mutex, BOOL changed, DWORD result)
{
    if (changed) {
        FILE *f = fopen(getenv("FAKEWIN_STATE"), "r+b");
        s.generation++;
        fwrite(&s, sizeof s, 1, f);
        fclose(f);
    }
    ReleaseMutex(mutex);
    CloseHandle(mutex);
    return result;
}

static void note(const char *format, ...)
{
    FILE *f = fopen(getenv("FAKEWIN_LOG"), "ab");
    va_list args;
    va_start(args, format);
    vfprintf(f, format, args);
    va_end(args);
    fputc('\n', f);
    fclose(f);
}

static const char *text(const SOCKADDR_INET *a, char *buffer)
{
    if (a->si_family == AF_INET6) {
        const UCHAR *b = a->Ipv6.sin6_addr.s6_addr;
        for (int i = 0; i < 8; i++) sprintf(buffer + 5 * i, "%02x%02x:", b[2 * i], b[2 * i + 1]);
        buffer[39] = 0;
    } else {
        const UCHAR *b = (const UCHAR *)&a->Ipv4.sin_addr;
        sprintf(buffer, "%d.%d.%d.%d", b[0], b[1], b[2], b[3]);
    }
    return buffer;
}

static MIB_IPINTERFACE_ROW *find_interface(ADDRESS_FAMILY family, UINT64 luid, ULONG index)
{
    for (UINT32 i = 0; i < s.interfaces; i++)
        if (s.itf[i].Family == family && (luid ? s.itf[i].InterfaceLuid.Value == luid : s.itf[i].InterfaceIndex == index)) return &s.itf[i];
    return NULL;
}

static const UCHAR *bytes_of(const SOCKADDR_INET *a, int *bits)
{
    *bits = a->si_family == AF_INET6 ? 128 : 32;
    return a->si_family == AF_INET6 ? a->Ipv6.sin6_addr.s6_addr : (const UCHAR *)&a->Ipv4.sin_addr;
}

static BOOL same(const SOCKADDR_INET *a, const SOCKADDR_INET *b)
{
    int bits;
    const UCHAR *x = bytes_of(a, &bits);
    return a->si_family == b->si_family && !memcmp(x, bytes_of(b, &bits), bits / 8);
}

static BOOL covers(const IP_ADDRESS_PREFIX *p, const SOCKADDR_INET *a)
{
    int bits;
    const UCHAR *x = bytes_of(&p->Prefix, &bits), *y = bytes_of(a, &bits);
    if (p->Prefix.si_family != a->si_family) return FALSE;
    for (int i = 0; i < p->PrefixLength; i++) if (((x[i / 8] ^ y[i / 8]) >> (7 - i % 8)) & 1) return FALSE;
    return TRUE;
}

X DWORD WINAPI GetBestRoute2(NET_LUID *luid, NET_IFINDEX index, const SOCKADDR_INET *source, const SOCKADDR_INET *to, ULONG options, PMIB_IPFORWARD_ROW2 best, SOCKADDR_INET *best_source)
{
    HANDLE m = begin();
    MIB_IPFORWARD_ROW2 *found = NULL;
    ULONG found_metric = 0;
    for (UINT32 i = 0; i < s.routes; i++) {
        MIB_IPFORWARD_ROW2 *r = &s.route[i];
        MIB_IPINTERFACE_ROW *itf = find_interface(to->si_family, r->InterfaceLuid.Value, 0);
        if (!itf || !itf->Connected || !covers(&r->DestinationPrefix, to) || (itf->DisableDefaultRoutes && !r->DestinationPrefix.PrefixLength)) continue;
        ULONG metric = itf->Metric + r->Metric;
        if (!found || r->DestinationPrefix.PrefixLength > found->DestinationPrefix.PrefixLength
            || (r->DestinationPrefix.PrefixLength == found->DestinationPrefix.PrefixLength && metric < found_metric)) { found = r; found_metric = metric; }
    }
    if (found) *best = *found;
    memset(best_source, 0, sizeof *best_source);
    return end(m, FALSE, found ? NO_ERROR : ERROR_NETWORK_UNREACHABLE);
}

X DWORD WINAPI GetIpForwardTable2(ADDRESS_FAMILY family, PMIB_IPFORWARD_TABLE2 *table)
{
    HANDLE m = begin();
    MIB_IPFORWARD_TABLE2 *t = malloc(sizeof *t + ROUTES * sizeof(MIB_IPFORWARD_ROW2));
    t->NumEntries = 0;
    for (UINT32 i = 0; i < s.routes; i++)
        if (family == AF_UNSPEC || s.route[i].DestinationPrefix.Prefix.si_family == family) t->Table[t->NumEntries++] = s.route[i];
    *table = t;
    return end(m, FALSE, NO_ERROR);
}

X void WINAPI FreeMibTable(void *table) { free(table); }

static int find_route(const MIB_IPFORWARD_ROW2 *row)
{
    for (UINT32 i = 0; i < s.routes; i++) {
        MIB_IPFORWARD_ROW2 *r = &s.route[i];
        BOOL itf = row->InterfaceLuid.Value ? r->InterfaceLuid.Value == row->InterfaceLuid.Value : r->InterfaceIndex == row->InterfaceIndex;
        if (itf && r->DestinationPrefix.PrefixLength == row->DestinationPrefix.PrefixLength && same(&r->DestinationPrefix.Prefix, &row->DestinationPrefix.Prefix)
            && same(&r->NextHop, &row->NextHop)) return (int)i;
    }
    return -1;
}

X DWORD WINAPI CreateIpForwardEntry2(const MIB_IPFORWARD_ROW2 *row)
{
    HANDLE m = begin();
    char to[64], via[64];
    const SOCKADDR_INET *prefix = &row->DestinationPrefix.Prefix;
    MIB_IPINTERFACE_ROW *itf = find_interface(prefix->si_family, row->InterfaceLuid.Value, row->InterfaceIndex);
    if (s.flags & REFUSES) return end(m, FALSE, ERROR_ACCESS_DENIED);
    if ((prefix->si_family != AF_INET && prefix->si_family != AF_INET6) || row->NextHop.si_family != prefix->si_family
        || row->DestinationPrefix.PrefixLength > (prefix->si_family == AF_INET ? 32 : 128) || row->Metric == 0xffffffff
        || row->PreferredLifetime > row->ValidLifetime || !row->ValidLifetime || row->Protocol != MIB_IPPROTO_NETMGMT || row->Loopback)
        return end(m, FALSE, ERROR_INVALID_PARAMETER);
    if (!itf) return end(m, FALSE, ERROR_NOT_FOUND);
    if (find_route(row) >= 0) return end(m, FALSE, ERROR_OBJECT_ALREADY_EXISTS);
    if (s.routes == ROUTES) return end(m, FALSE, ERROR_NOT_ENOUGH_MEMORY);
    s.route[s.routes] = *row;
    s.route[s.routes].InterfaceLuid = itf->InterfaceLuid;
    s.route[s.routes++].InterfaceIndex = itf->InterfaceIndex;
    note("route + %s/%d via %s if %lu metric %lu", text(prefix, to), row->DestinationPrefix.PrefixLength, text(&row->NextHop, via), itf->InterfaceIndex, row->Metric);
    return end(m, TRUE, NO_ERROR);
}

X DWORD WINAPI DeleteIpForwardEntry2(const MIB_IPFORWARD_ROW2 *row)
{
    HANDLE m = begin();
    char to[64], via[64];
    int i = find_route(row);
    if (s.flags & HANGS) { end(m, FALSE, 0); Sleep(60000); return ERROR_GEN_FAILURE; }
    if (i < 0) return end(m, FALSE, ERROR_NOT_FOUND);
    note("route - %s/%d via %s if %lu", text(&row->DestinationPrefix.Prefix, to), row->DestinationPrefix.PrefixLength, text(&row->NextHop, via), s.route[i].InterfaceIndex);
    memmove(&s.route[i], &s.route[i + 1], (s.routes - i - 1) * sizeof(MIB_IPFORWARD_ROW2));
    s.routes--;
    return end(m, TRUE, NO_ERROR);
}

X DWORD WINAPI GetIpInterfaceEntry(PMIB_IPINTERFACE_ROW row)
{
    HANDLE m = begin();
    MIB_IPINTERFACE_ROW *itf = row->Family == AF_INET6 && (s.flags & NO_IPV6) ? NULL : find_interface(row->Family, row->InterfaceLuid.Value, row->InterfaceIndex);
    if (row->Family != AF_INET && row->Family != AF_INET6) return end(m, FALSE, ERROR_INVALID_PARAMETER);
    if (itf) { *row = *itf; row->SitePrefixLength = 64; } /* As Windows does, and then refuses it. */
    return end(m, FALSE, itf ? NO_ERROR : ERROR_NOT_FOUND);
}

X DWORD WINAPI SetIpInterfaceEntry(PMIB_IPINTERFACE_ROW row)
{
    HANDLE m = begin();
    MIB_IPINTERFACE_ROW *itf = find_interface(row->Family, row->InterfaceLuid.Value, row->InterfaceIndex);
    if (s.flags & REFUSES) return end(m, FALSE, ERROR_ACCESS_DENIED);
    if (!itf) return end(m, FALSE, ERROR_NOT_FOUND);
    if ((row->Family == AF_INET ? row->SitePrefixLength != 0 : row->SitePrefixLength > 128) || row->NlMtu < (row->Family == AF_INET ? 576 : 1280))
        return end(m, FALSE, ERROR_INVALID_PARAMETER);
    *itf = *row;
    itf->SitePrefixLength = 0;
    if (row->UseAutomaticMetric) itf->Metric = 25;
    if (s.flags & FORGETS_DISABLE) itf->DisableDefaultRoutes = 0;
    note("interface %lu %s auto %d metric %lu mtu %lu nodefault %d", itf->InterfaceIndex, row->Family == AF_INET ? "v4" : "v6", row->UseAutomaticMetric, itf->Metric, row->NlMtu, itf->DisableDefaultRoutes);
    return end(m, TRUE, NO_ERROR);
}

X DWORD WINAPI GetUnicastIpAddressTable(ADDRESS_FAMILY family, PMIB_UNICASTIPADDRESS_TABLE *table)
{
    HANDLE m = begin();
    MIB_UNICASTIPADDRESS_TABLE *t = malloc(sizeof *t + ADDRESSES * sizeof(MIB_UNICASTIPADDRESS_ROW));
    t->NumEntries = 0;
    for (UINT32 i = 0; i < s.addresses; i++)
        if (family == AF_UNSPEC || s.address[i].Address.si_family == family) t->Table[t->NumEntries++] = s.address[i];
    *table = t;
    return end(m, FALSE, NO_ERROR);
}

X DWORD WINAPI ConvertInterfaceGuidToLuid(const GUID *guid, NET_LUID *luid)
{
    HANDLE m = begin();
    BOOL known = !memcmp(guid, &s.tap, sizeof *guid);
    luid->Value = known ? s.tap_luid : 0;
    return end(m, FALSE, known ? NO_ERROR : ERROR_INVALID_PARAMETER);
}

X DWORD WINAPI ConvertInterfaceLuidToAlias(const NET_LUID *luid, PWSTR alias, SIZE_T length)
{
    HANDLE m = begin();
    _snwprintf(alias, length, luid->Value == s.tap_luid ? L"Party" : L"Wi-Fi");
    return end(m, FALSE, NO_ERROR);
}

/* DNS_INTERFACE_SETTINGS_EX, which mingw-w64 does not have; after netioapi.h. */
typedef struct {
    ULONG version; ULONG64 flags; PWSTR domain, name_server, search_list;
    ULONG registration, register_name, llmnr, query_name; PWSTR profile_server; ULONG disable_unconstrained; PWSTR supplemental;
} DNS_SETTINGS;

X DWORD WINAPI GetInterfaceDnsSettings(GUID guid, DNS_SETTINGS *settings)
{
    HANDLE m = begin();
    if (settings->version != 2 || (settings->flags & ~1ull)) return end(m, FALSE, ERROR_INVALID_PARAMETER);
    if (memcmp(&guid, &s.tap, sizeof guid)) return end(m, FALSE, ERROR_FILE_NOT_FOUND);
    settings->disable_unconstrained = s.dns[settings->flags & 1];
    return end(m, FALSE, NO_ERROR);
}

X DWORD WINAPI SetInterfaceDnsSettings(GUID guid, const DNS_SETTINGS *settings)
{
    HANDLE m = begin();
    if (settings->version != 2 || (settings->flags & ~0x401ull) || settings->domain || settings->name_server || settings->search_list || settings->supplemental)
        return end(m, FALSE, ERROR_INVALID_PARAMETER);
    if (memcmp(&guid, &s.tap, sizeof guid)) return end(m, FALSE, ERROR_FILE_NOT_FOUND);
    s.dns[settings->flags & 1] = (UCHAR)settings->disable_unconstrained;
    note("dns %s limited %lu", settings->flags & 1 ? "v6" : "v4", settings->disable_unconstrained);
    return end(m, TRUE, NO_ERROR);
}

X void WINAPI FreeInterfaceDnsSettings(DNS_SETTINGS *settings) { }

/* Notifications: a thread looks whether somebody else changed the file. */
typedef void (WINAPI *CALLBACK2)(void *context, void *row, MIB_NOTIFICATION_TYPE kind);
static struct { CALLBACK2 call; void *context; } listeners[8];
static CRITICAL_SECTION listening;
static HANDLE watcher;

static DWORD WINAPI watch(void *unused)
{
    UINT32 seen = 0;
    for (BOOL first = TRUE;; first = FALSE) {
        HANDLE m = begin();
        UINT32 now = s.generation;
        end(m, FALSE, 0);
        if (!first && now != seen) {
            EnterCriticalSection(&listening);
            for (int i = 0; i < 8; i++) if (listeners[i].call) listeners[i].call(listeners[i].context, NULL, MibParameterNotification);
            LeaveCriticalSection(&listening);
        }
        seen = now;
        Sleep(200);
    }
}

static DWORD listen_to(CALLBACK2 call, void *context, BOOLEAN initial, HANDLE *handle)
{
    EnterCriticalSection(&listening);
    if (!watcher) watcher = CreateThread(NULL, 0, watch, NULL, 0, NULL);
    for (int i = 0; i < 8; i++)
        if (!listeners[i].call) { listeners[i].call = call; listeners[i].context = context; *handle = (HANDLE)(INT_PTR)(i + 1); break; }
    LeaveCriticalSection(&listening);
    note("notify +");
    return NO_ERROR;
}

X DWORD WINAPI NotifyRouteChange2(ADDRESS_FAMILY f, PIPFORWARD_CHANGE_CALLBACK c, PVOID x, BOOLEAN i, HANDLE *h) { return listen_to((CALLBACK2)c, x, i, h); }
X DWORD WINAPI NotifyIpInterfaceChange(ADDRESS_FAMILY f, PIPINTERFACE_CHANGE_CALLBACK c, PVOID x, BOOLEAN i, HANDLE *h) { return listen_to((CALLBACK2)c, x, i, h); }
X DWORD WINAPI NotifyUnicastIpAddressChange(ADDRESS_FAMILY f, PUNICAST_IPADDRESS_CHANGE_CALLBACK c, PVOID x, BOOLEAN i, HANDLE *h) { return listen_to((CALLBACK2)c, x, i, h); }

X DWORD WINAPI CancelMibChangeNotify2(HANDLE handle)
{
    EnterCriticalSection(&listening); /* Waits for a callback under way, as Windows does. */
    listeners[(INT_PTR)handle - 1].call = NULL;
    LeaveCriticalSection(&listening);
    note("notify -");
    return NO_ERROR;
}

/* setupapi: a restart, after which the driver has the MAC that the registry asks for, if it may. */
X HDEVINFO WINAPI SetupDiCreateDeviceInfoList(const GUID *guid, HWND window) { return (HDEVINFO)0x5150; }
X BOOL WINAPI SetupDiDestroyDeviceInfoList(HDEVINFO list) { return TRUE; }

static SP_PROPCHANGE_PARAMS wanted;

static BOOL fail(DWORD error) { SetLastError(error); return FALSE; }

X BOOL WINAPI SetupDiOpenDeviceInfoW(HDEVINFO list, PCWSTR id, HWND window, DWORD flags, PSP_DEVINFO_DATA device)
{
    if (device->cbSize != sizeof *device || list != (HDEVINFO)0x5150) return fail(ERROR_INVALID_PARAMETER);
    if (_wcsicmp(id, TAP_INSTANCE)) return fail(0xE000020B); /* ERROR_NO_SUCH_DEVINST */
    device->DevInst = 42;
    return TRUE;
}

X BOOL WINAPI SetupDiSetClassInstallParamsW(HDEVINFO list, PSP_DEVINFO_DATA device, PSP_CLASSINSTALL_HEADER header, DWORD size)
{
    if (size != sizeof wanted || header->cbSize != sizeof *header || device->DevInst != 42) return fail(ERROR_INVALID_PARAMETER);
    memcpy(&wanted, header, sizeof wanted);
    return TRUE;
}

static BOOL read_address(unsigned char *mac)
{
    char name[16], value[64], address[64] = "";
    HKEY key;
    for (DWORD i = 0;; i++) {
        if (RegOpenKeyExA(HKEY_LOCAL_MACHINE, CLASS, 0, KEY_READ, &key)) return FALSE;
        LONG rc = RegEnumKeyA(key, i, name, sizeof name);
        DWORD n = sizeof value;
        if (!rc && !RegGetValueA(key, name, "NetCfgInstanceId", RRF_RT_REG_SZ, NULL, value, &n) && !_stricmp(value, TAP_ID)) {
            n = sizeof address;
            RegGetValueA(key, name, "NetworkAddress", RRF_RT_REG_SZ, NULL, address, &n);
        }
        RegCloseKey(key);
        if (rc) break;
    }
    for (int i = 0; i < 6; i++) { unsigned v; if (strlen(address) != 12 || sscanf(address + 2 * i, "%2x", &v) != 1) return FALSE; mac[i] = (unsigned char)v; }
    return (mac[0] & 3) == 2; /* The driver takes unicast, locally administered ones and no others. */
}

X BOOL WINAPI SetupDiCallClassInstaller(DI_FUNCTION function, HDEVINFO list, PSP_DEVINFO_DATA device)
{
    unsigned char mac[6] = { 0x00, 0xff, 0x11, 0x22, 0x33, 0x44 }, asked[6];
    DWORD n;
    HANDLE m = begin();
    DWORD flags = s.flags;
    end(m, FALSE, 0);
    if (function != DIF_PROPERTYCHANGE || wanted.ClassInstallHeader.InstallFunction != DIF_PROPERTYCHANGE || wanted.StateChange != DICS_PROPCHANGE
        || wanted.Scope != DICS_FLAG_CONFIGSPECIFIC || wanted.HwProfile) return fail(ERROR_INVALID_PARAMETER);
    if (flags & RESTART_FAILS) return fail(ERROR_ACCESS_DENIED);
    if (read_address(asked)) memcpy(mac, asked, 6);
    HANDLE h = CreateFileA("\\\\.\\SoftlanFakeTap", GENERIC_READ | GENERIC_WRITE, 3, NULL, OPEN_EXISTING, 0, NULL);
    BOOL ok = DeviceIoControl(h, 0x220000u | (0x803 << 2), mac, 6, NULL, 0, &n, NULL);
    DWORD error = GetLastError();
    CloseHandle(h);
    note("restart %02x%02x%02x%02x%02x%02x", mac[0], mac[1], mac[2], mac[3], mac[4], mac[5]);
    return ok ? TRUE : fail(error);
}

X BOOL WINAPI SetupDiGetDeviceInstallParamsW(HDEVINFO list, PSP_DEVINFO_DATA device, PSP_DEVINSTALL_PARAMS_W parameters)
{
    if (parameters->cbSize != sizeof *parameters) return fail(ERROR_INVALID_PARAMETER);
    parameters->Flags = 0;
    return TRUE;
}

/* kernel32: what fakewin.def does not forward. */
X HANDLE WINAPI CreateFileW(LPCWSTR name, DWORD access, DWORD share, LPSECURITY_ATTRIBUTES security, DWORD disposition, DWORD attributes, HANDLE template)
{
    static HANDLE (WINAPI *open)(LPCWSTR, DWORD, DWORD, LPSECURITY_ATTRIBUTES, DWORD, DWORD, HANDLE);
    if (!open) open = (void *)GetProcAddress(GetModuleHandleA("kernel32.dll"), "CreateFileW");
    HANDLE m = begin();
    DWORD error = end(m, FALSE, s.open_error);
    if (error) { SetLastError(error); return INVALID_HANDLE_VALUE; }
    return open(name, access, share, security, disposition, attributes, template);
}

BOOL WINAPI DllMain(HINSTANCE instance, DWORD reason, void *reserved)
{
    if (reason == DLL_PROCESS_ATTACH) InitializeCriticalSection(&listening);
    return TRUE;
}
