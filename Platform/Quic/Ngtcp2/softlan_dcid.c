// A peer that announces connection ids and never acknowledges that the old ones are retired brings ngtcp2 to its limit of retirements under way. Two
// places of conn_recv_pkt in ngtcp2_conn.c, where a packet has come by another path, then expect CONN_ID_BLOCKED alone, and assert it; the functions below also return CONNECTION_ID_LIMIT, and the process would end. An error that is fatal to the connection takes the way
// around the assertion (ngtcp2_err_is_fatal) and ends the one link. The linker puts these in the place of ngtcp2's own (--wrap, Native.targets), which
// it can only where ngtcp2 is a static library.

#include <ngtcp2/ngtcp2.h>

static int fatal(int result) { return result == NGTCP2_ERR_CONNECTION_ID_LIMIT ? NGTCP2_ERR_CALLBACK_FAILURE : result; }

// lib/ngtcp2_dcidtr.h of ngtcp2 1.11; pointers to its own types are passed on unseen.
int __real_ngtcp2_dcidtr_retire_active_dcid(void *dtr, const void *dcid, ngtcp2_tstamp ts, void *on_deactivate, void *user_data);
int __real_ngtcp2_dcidtr_bind_dcid(void *dtr, void **dest, const void *path, ngtcp2_tstamp ts, void *on_retire, void *user_data);

int __wrap_ngtcp2_dcidtr_retire_active_dcid(void *dtr, const void *dcid, ngtcp2_tstamp ts, void *on_deactivate, void *user_data) {
    return fatal(__real_ngtcp2_dcidtr_retire_active_dcid(dtr, dcid, ts, on_deactivate, user_data));
}

int __wrap_ngtcp2_dcidtr_bind_dcid(void *dtr, void **dest, const void *path, ngtcp2_tstamp ts, void *on_retire, void *user_data) {
    return fatal(__real_ngtcp2_dcidtr_bind_dcid(dtr, dest, path, ts, on_retire, user_data));
}
