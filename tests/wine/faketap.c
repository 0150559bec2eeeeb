/* A kernel driver for Wine that behaves as TAP-Windows6 does towards its user (tap-windows6, src/device.c): the true device path, the true
 * control codes, one handle at a time, reads that wait in a queue. What the adapter "sends" and "receives" goes through a second device,
 * \\.\SoftlanFakeTap, that tests talk to by tapctl.c. */
#include <ddk/wdm.h>

#define TAP_NAME L"{11111111-2222-3333-4444-555555555555}.tap"
#define CODE(n) (0x220000u | ((n) << 2))
#define MAX_FRAMES 4096

enum { MODE_ASLEEP = 1, MODE_HALT = 2 };

typedef struct { LIST_ENTRY entry; ULONG length; UCHAR bytes[1]; } FRAME;

static LIST_ENTRY reads, to_host, from_host;
static KSPIN_LOCK lock;
static ULONG frames, opened, mode, waiting, halted;
static LONG media;
static UCHAR mac[6] = { 0x00, 0xff, 0x11, 0x22, 0x33, 0x44 };
static DEVICE_OBJECT *tap, *control;
static UNICODE_STRING tap_name, tap_link, control_name, control_link;

static void copy(void *to, const void *from, ULONG n) { UCHAR *a = to; const UCHAR *b = from; while (n--) *a++ = *b++; }

static NTSTATUS done(IRP *irp, NTSTATUS status, ULONG_PTR n)
{
    irp->IoStatus.Status = status;
    irp->IoStatus.Information = n;
    IoCompleteRequest(irp, IO_NO_INCREMENT);
    return status;
}

static VOID NTAPI cancel(DEVICE_OBJECT *device, IRP *irp)
{
    KIRQL q;
    IoReleaseCancelSpinLock(irp->CancelIrql);
    KeAcquireSpinLock(&lock, &q);
    RemoveEntryList(&irp->Tail.Overlay.ListEntry);
    waiting--;
    KeReleaseSpinLock(&lock, q);
    done(irp, STATUS_CANCELLED, 0);
}

/* The next read that waits, no longer cancellable; NULL: none. The lock is held. */
static IRP *take_read(void)
{
    while (!IsListEmpty(&reads)) {
        LIST_ENTRY *e = RemoveHeadList(&reads);
        IRP *irp = CONTAINING_RECORD(e, IRP, Tail.Overlay.ListEntry);
        waiting--;
        if (IoSetCancelRoutine(irp, NULL)) return irp;
        InitializeListHead(&irp->Tail.Overlay.ListEntry); /* Its cancel routine is on the way. */
        waiting++;
    }
    return NULL;
}

static void cancel_reads(void)
{
    for (;;) {
        KIRQL q;
        KeAcquireSpinLock(&lock, &q);
        IRP *irp = take_read();
        KeReleaseSpinLock(&lock, q);
        if (!irp) return;
        done(irp, STATUS_CANCELLED, 0);
    }
}

static void drop_all(LIST_ENTRY *list)
{
    while (!IsListEmpty(list)) { FRAME *f = (FRAME *)RemoveHeadList(list); frames--; ExFreePool(f); }
}

static FRAME *make(const void *bytes, ULONG length)
{
    FRAME *f = ExAllocatePool(NonPagedPool, sizeof(FRAME) + length);
    f->length = length;
    copy(f->bytes, bytes, length);
    return f;
}

static NTSTATUS deliver(IRP *irp, const UCHAR *bytes, ULONG length)
{
    /* A frame that does not fit is lost. */
    if (length > IoGetCurrentIrpStackLocation(irp)->Parameters.Read.Length) return done(irp, STATUS_BUFFER_OVERFLOW, 0);
    copy(irp->AssociatedIrp.SystemBuffer, bytes, length);
    return done(irp, STATUS_SUCCESS, length);
}

static NTSTATUS NTAPI on_create(DEVICE_OBJECT *device, IRP *irp)
{
    if (device == control) return done(irp, STATUS_SUCCESS, 0);
    if (opened) return done(irp, STATUS_UNSUCCESSFUL, 0); /* One handle only; Wine 8 opens another all the same. */
    opened = 1;
    return done(irp, STATUS_SUCCESS, 0);
}

static NTSTATUS NTAPI on_cleanup(DEVICE_OBJECT *device, IRP *irp)
{
    if (device == tap) { media = 0; cancel_reads(); }
    return done(irp, STATUS_SUCCESS, 0);
}

static NTSTATUS NTAPI on_close(DEVICE_OBJECT *device, IRP *irp)
{
    if (device == tap) { opened = 0; halted = 0; media = 0; cancel_reads(); } /* Of a killed process Wine sends the close alone. */
    return done(irp, STATUS_SUCCESS, 0);
}

static NTSTATUS NTAPI on_read(DEVICE_OBJECT *device, IRP *irp)
{
    KIRQL q;
    if (device != tap) return done(irp, STATUS_INVALID_DEVICE_REQUEST, 0);
    if (!media || halted || (mode & MODE_ASLEEP)) return done(irp, STATUS_CANCELLED, 0);
    KeAcquireSpinLock(&lock, &q);
    if (!IsListEmpty(&to_host)) {
        FRAME *f = (FRAME *)RemoveHeadList(&to_host);
        frames--;
        KeReleaseSpinLock(&lock, q);
        NTSTATUS status = deliver(irp, f->bytes, f->length);
        ExFreePool(f);
        return status;
    }
    IoMarkIrpPending(irp);
    InsertTailList(&reads, &irp->Tail.Overlay.ListEntry);
    waiting++;
    IoSetCancelRoutine(irp, cancel);
    KeReleaseSpinLock(&lock, q);
    return STATUS_PENDING;
}

static NTSTATUS NTAPI on_write(DEVICE_OBJECT *device, IRP *irp)
{
    ULONG length = IoGetCurrentIrpStackLocation(irp)->Parameters.Write.Length;
    KIRQL q;
    if (device != tap) return done(irp, STATUS_INVALID_DEVICE_REQUEST, 0);
    if (length < 14) return done(irp, STATUS_BUFFER_TOO_SMALL, 0);
    if (!media || halted || (mode & MODE_ASLEEP)) return done(irp, STATUS_CANCELLED, 0);
    KeAcquireSpinLock(&lock, &q);
    if (frames < MAX_FRAMES) { FRAME *f = make(irp->AssociatedIrp.SystemBuffer, length); InsertTailList(&from_host, &f->entry); frames++; }
    KeReleaseSpinLock(&lock, q);
    return done(irp, STATUS_SUCCESS, length);
}

static NTSTATUS on_tap_control(IRP *irp, IO_STACK_LOCATION *s, UCHAR *b, ULONG in, ULONG out)
{
    if (!in || !out) return done(irp, STATUS_INVALID_PARAMETER, 0); /* As an older driver does. */
    switch (s->Parameters.DeviceIoControl.IoControlCode) {
    case CODE(1): /* GET_MAC */
        if (out < 6) return done(irp, STATUS_BUFFER_TOO_SMALL, 0);
        copy(b, mac, 6);
        return done(irp, STATUS_SUCCESS, 6);
    case CODE(2): /* GET_VERSION */
        if (out < 12) return done(irp, STATUS_BUFFER_TOO_SMALL, 0);
        ((ULONG *)b)[0] = 9; ((ULONG *)b)[1] = 27; ((ULONG *)b)[2] = 0;
        return done(irp, STATUS_SUCCESS, 12);
    case CODE(3): /* GET_MTU */
        if (out < 4) return done(irp, STATUS_BUFFER_TOO_SMALL, 0);
        *(ULONG *)b = 1500;
        return done(irp, STATUS_SUCCESS, 4);
    case CODE(6): /* SET_MEDIA_STATUS */
        if (in < 4) return done(irp, STATUS_INVALID_PARAMETER, 0);
        media = *(LONG *)b;
        if (!media) cancel_reads();
        return done(irp, STATUS_SUCCESS, 1);
    }
    return done(irp, STATUS_INVALID_DEVICE_REQUEST, 0);
}

static NTSTATUS inject(IRP *irp, UCHAR *b, ULONG n)
{
    KIRQL q;
    KeAcquireSpinLock(&lock, &q);
    IRP *read = media && !halted && !(mode & MODE_ASLEEP) ? take_read() : NULL;
    if (!read && media && frames < MAX_FRAMES) { FRAME *f = make(b, n); InsertTailList(&to_host, &f->entry); frames++; }
    KeReleaseSpinLock(&lock, q);
    if (read) deliver(read, b, n);
    return done(irp, STATUS_SUCCESS, 0);
}

static NTSTATUS collect(IRP *irp, UCHAR *b, ULONG out)
{
    KIRQL q;
    FRAME *f = NULL;
    ULONG n = 0;
    KeAcquireSpinLock(&lock, &q);
    if (!IsListEmpty(&from_host)) { f = (FRAME *)RemoveHeadList(&from_host); frames--; }
    KeReleaseSpinLock(&lock, q);
    if (f) { n = f->length < out ? f->length : out; copy(b, f->bytes, n); ExFreePool(f); }
    return done(irp, STATUS_SUCCESS, n);
}

static NTSTATUS NTAPI on_control(DEVICE_OBJECT *device, IRP *irp)
{
    IO_STACK_LOCATION *s = IoGetCurrentIrpStackLocation(irp);
    UCHAR *b = irp->AssociatedIrp.SystemBuffer;
    ULONG in = s->Parameters.DeviceIoControl.InputBufferLength, out = s->Parameters.DeviceIoControl.OutputBufferLength;
    if (device == tap) return on_tap_control(irp, s, b, in, out);
    switch (s->Parameters.DeviceIoControl.IoControlCode) {
    case CODE(0x800): return inject(irp, b, in);
    case CODE(0x801): return collect(irp, b, out);
    case CODE(0x802):
        mode = *(ULONG *)b;
        if (mode & MODE_HALT) halted = opened; /* The adapter is disabled; of this handle nothing comes any more, though its control codes succeed. */
        if (mode & (MODE_ASLEEP | MODE_HALT)) cancel_reads();
        return done(irp, STATUS_SUCCESS, 0);
    case CODE(0x803): /* The adapter is restarted, and its driver reads its MAC. */
        if (opened) return done(irp, STATUS_DEVICE_BUSY, 0);
        copy(mac, b, 6);
        drop_all(&to_host);
        drop_all(&from_host);
        return done(irp, STATUS_SUCCESS, 0);
    case CODE(0x804):
        ((ULONG *)b)[0] = opened; ((ULONG *)b)[1] = media; ((ULONG *)b)[2] = waiting; ((ULONG *)b)[3] = mode;
        copy(b + 16, mac, 6);
        return done(irp, STATUS_SUCCESS, 22);
    }
    return done(irp, STATUS_INVALID_DEVICE_REQUEST, 0);
}

static VOID NTAPI unload(DRIVER_OBJECT *driver)
{
    IoDeleteSymbolicLink(&tap_link);
    IoDeleteSymbolicLink(&control_link);
    IoDeleteDevice(tap);
    IoDeleteDevice(control);
}

static NTSTATUS add(DRIVER_OBJECT *driver, DEVICE_OBJECT **device, UNICODE_STRING *name, const WCHAR *n, UNICODE_STRING *link, const WCHAR *l)
{
    RtlInitUnicodeString(name, n);
    RtlInitUnicodeString(link, l);
    NTSTATUS status = IoCreateDevice(driver, 0, name, FILE_DEVICE_UNKNOWN, 0, FALSE, device);
    if (status) return status;
    (*device)->Flags |= DO_BUFFERED_IO;
    (*device)->Flags &= ~DO_DEVICE_INITIALIZING;
    return IoCreateSymbolicLink(link, name);
}

NTSTATUS NTAPI DriverEntry(DRIVER_OBJECT *driver, UNICODE_STRING *registry)
{
    InitializeListHead(&reads);
    InitializeListHead(&to_host);
    InitializeListHead(&from_host);
    KeInitializeSpinLock(&lock);
    driver->MajorFunction[IRP_MJ_CREATE] = on_create;
    driver->MajorFunction[IRP_MJ_CLEANUP] = on_cleanup;
    driver->MajorFunction[IRP_MJ_CLOSE] = on_close;
    driver->MajorFunction[IRP_MJ_READ] = on_read;
    driver->MajorFunction[IRP_MJ_WRITE] = on_write;
    driver->MajorFunction[IRP_MJ_DEVICE_CONTROL] = on_control;
    driver->DriverUnload = unload;
    NTSTATUS status = add(driver, &tap, &tap_name, L"\\Device\\" TAP_NAME, &tap_link, L"\\DosDevices\\Global\\" TAP_NAME);
    return status ? status : add(driver, &control, &control_name, L"\\Device\\SoftlanFakeTap", &control_link, L"\\DosDevices\\SoftlanFakeTap");
}
