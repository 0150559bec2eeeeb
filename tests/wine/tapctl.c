/* Talks to faketap.sys: one command a line on stdin, one answer a line on stdout, "." after each.
 *   inject HEX | collect | mode N | mac HEX | status | quit */
#include <windows.h>
#include <stdio.h>
#include <string.h>

#define CODE(n) (0x220000u | ((n) << 2))

static int unhex(const char *text, unsigned char *to)
{
    int n = 0;
    unsigned value;
    for (; sscanf(text, "%2x", &value) == 1 && n < 4096; text += 2) to[n++] = (unsigned char)value;
    return n;
}

int main(void)
{
    static char line[16384];
    static unsigned char bytes[8192];
    DWORD n;
    HANDLE h = CreateFileA("\\\\.\\SoftlanFakeTap", GENERIC_READ | GENERIC_WRITE, 3, NULL, OPEN_EXISTING, 0, NULL);
    if (h == INVALID_HANDLE_VALUE) { printf("error %lu\n.\n", GetLastError()); return 1; }
    while (fgets(line, sizeof line, stdin) && strncmp(line, "quit", 4)) {
        BOOL ok = TRUE;
        memset(bytes, 0, 64);
        if (!strncmp(line, "inject ", 7)) {
            int length = unhex(line + 7, bytes);
            ok = DeviceIoControl(h, CODE(0x800), bytes, length, NULL, 0, &n, NULL);
        } else if (!strncmp(line, "collect", 7)) {
            for (;;) {
                ok = DeviceIoControl(h, CODE(0x801), NULL, 0, bytes, sizeof bytes, &n, NULL);
                if (!ok || !n) break;
                for (DWORD i = 0; i < n; i++) printf("%02x", bytes[i]);
                printf("\n");
            }
        } else if (!strncmp(line, "mode ", 5)) {
            DWORD mode = strtoul(line + 5, NULL, 0);
            ok = DeviceIoControl(h, CODE(0x802), &mode, sizeof mode, NULL, 0, &n, NULL);
        } else if (!strncmp(line, "mac ", 4)) {
            unhex(line + 4, bytes);
            ok = DeviceIoControl(h, CODE(0x803), bytes, 6, NULL, 0, &n, NULL);
        } else if (!strncmp(line, "status", 6)) {
            ok = DeviceIoControl(h, CODE(0x804), NULL, 0, bytes, 64, &n, NULL);
            DWORD *d = (DWORD *)bytes;
            if (ok)
                printf("open %lu media %lu reads %lu mode %lu mac %02x%02x%02x%02x%02x%02x\n", d[0], d[1], d[2], d[3], bytes[16], bytes[17], bytes[18], bytes[19], bytes[20], bytes[21]);
        }
        if (!ok) printf("error %lu\n", GetLastError());
        printf(".\n");
        fflush(stdout);
    }
    return 0;
}
