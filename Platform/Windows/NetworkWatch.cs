using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using static Softlan.Platform.Windows.NativeIphlpapi;

namespace Softlan.Platform.Windows;

/// <summary>The change notifications of this machine.</summary>
[SupportedOSPlatform("windows")]
internal sealed class NetworkWatch : INetworkWatch
{
    public IDisposable Watch(IEnterableLane lane, Action changed)
    {
        Subscription subscription = new(lane, changed);
        try
        {
            subscription.Begin();
            return subscription;
        }
        catch
        {
            subscription.Dispose();
            throw;
        }
    }

    private sealed unsafe class Subscription : LaneWork, IDisposable
    {
        /// <summary>A change of network is dozens of notifications (interface, addresses, routes); whoever looks too early sees half of it.</summary>
        private static readonly TimeSpan Settle = TimeSpan.FromMilliseconds(200);

        private readonly IEnterableLane _lane;
        private readonly ILaneTimer _timer;
        private readonly List<nint> _handles = [];
        private GCHandle _self;
        private bool _isPending;

        public Subscription(IEnterableLane lane, Action changed)
        {
            _lane = lane;
            _self = GCHandle.Alloc(this);
            _timer = lane.CreateTimer(() =>
            {
                _isPending = false;
                changed();
            });
        }

        public void Begin()
        {
            // SAFETY: the context is freed in Dispose only after CancelMibChangeNotify2, which waits for callbacks under way.
            void* context = (void*)GCHandle.ToIntPtr(_self);
            nint handle;
            Require((int)NotifyRouteChange2(AF_UNSPEC, &OnChange, context, 0, &handle), nameof(NotifyRouteChange2), handle);
            Require((int)NotifyIpInterfaceChange(AF_UNSPEC, &OnChange, context, 0, &handle), nameof(NotifyIpInterfaceChange), handle);
            Require((int)NotifyUnicastIpAddressChange(AF_UNSPEC, &OnChange, context, 0, &handle), nameof(NotifyUnicastIpAddressChange), handle);
        }

        /// <summary>What changed is not looked at: the one who asked looks at the world anyway. Changes of softlan's own come here, too, and find
        /// everything as it should be.</summary>
        public override void Run()
        {
            if (!_isPending && _self.IsAllocated)
            {
                _isPending = true;
                _timer.Set(Settle);
            }
        }

        public void Dispose()
        {
            foreach (nint handle in _handles)
            {
                _ = CancelMibChangeNotify2(handle);
            }

            _handles.Clear();
            _timer.Dispose();
            if (_self.IsAllocated)
            {
                _self.Free();
            }
        }

        /// <summary>Never enters the lane from here: whoever enters may find it free and work on it, and that work may be Dispose, whose
        /// CancelMibChangeNotify2 would wait for this very callback.</summary>
        [UnmanagedCallersOnly(CallConvs = [typeof(CallConvStdcall)])]
        private static void OnChange(void* context, void* row, int kind)
        {
            try
            {
                // SAFETY: see Begin.
                if (GCHandle.FromIntPtr((nint)context).Target is Subscription subscription)
                {
                    ThreadPool.UnsafeQueueUserWorkItem(static self => self._lane.Enter(self), subscription, preferLocal: false);
                }
            }
            catch (Exception)
            {
                // Must not unwind into native frames. One notification less: the look every few seconds stands in for it.
            }
        }

        private void Require(int error, string api, nint handle)
        {
            if (error != 0)
            {
                throw Win32Error.ToException("Cannot watch the network of this PC", api, error, "restart the PC, then start softlan again");
            }

            if (handle != 0)
            {
                _handles.Add(handle);
            }
        }
    }
}
