using System.Net.Sockets;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace Softlan.Roles.Client.Linux.Dhcp;

/// <summary>Where <see cref="DhcpScriptCommand"/> reports to: a Unix socket in a directory that only this user can enter.</summary>
internal sealed class DhcpListener : IDisposable
{
    /// <summary>The answer that says that the notice was carried out.</summary>
    public const byte Done = (byte)'y';

    private const byte NotDone = (byte)'n';

    /// <summary>Longest notice in bytes; a longer one is refused unread.</summary>
    private const int MaxNoticeLength = 4096;

    /// <summary>Scripts run one after another; more than these waiting at once are refused by the kernel.</summary>
    private const int Backlog = 8;

    /// <summary>A script that says nothing for this long is hung up on.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly Socket _socket;
    private readonly Func<DhcpNotice, Task<bool>> _onNotice;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _end = new();

    private DhcpListener(Socket socket, Func<DhcpNotice, Task<bool>> onNotice, ILogger logger)
    {
        _socket = socket;
        _onNotice = onNotice;
        _logger = logger;
    }

    /// <param name="path">Where the socket is made; at most 107 bytes.</param>
    /// <param name="onNotice">Called on some thread, one at a time.</param>
    /// <param name="logger">For notices that cannot be understood.</param>
    public static DhcpListener Open(string path, Func<DhcpNotice, Task<bool>> onNotice, ILogger logger)
    {
        Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Bind(new UnixDomainSocketEndPoint(path));
            socket.Listen(Backlog);
        }
        catch
        {
            socket.Dispose();
            throw;
        }

        DhcpListener listener = new(socket, onNotice, logger);
        _ = listener.ListenAsync();
        return listener;
    }

    public void Dispose()
    {
        _end.Cancel();
        _socket.Dispose();
    }

    private async Task ListenAsync()
    {
        try
        {
            while (true)
            {
                using Socket script = await _socket.AcceptAsync(_end.Token).ConfigureAwait(false);
                await ServeAsync(script).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException or SocketException)
        {
            // Disposed: nobody listens any more.
        }
    }

    private async Task ServeAsync(Socket script)
    {
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(_end.Token);
        patience.CancelAfter(Patience);
        try
        {
            DhcpNotice? notice = await ReadAsync(script, patience.Token).ConfigureAwait(false);
            bool done = notice is not null && await _onNotice(notice).WaitAsync(patience.Token).ConfigureAwait(false);
            await script.SendAsync(new[] { done ? Done : NotDone }, patience.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_end.IsCancellationRequested)
        {
            // Disposed: nobody waits for the address any more.
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            ClientLog.DhcpScriptFailed(_logger, e.Message);
        }
    }

    private async Task<DhcpNotice?> ReadAsync(Socket script, CancellationToken stop)
    {
        byte[] buffer = new byte[MaxNoticeLength + 1];
        int length = 0;
        while (length < buffer.Length && await script.ReceiveAsync(buffer.AsMemory(length), stop).ConfigureAwait(false) is > 0 and int read)
        {
            length += read;
        }

        try
        {
            return length <= MaxNoticeLength ? JsonSerializer.Deserialize(buffer.AsSpan(0, length), DhcpJson.Default.DhcpNotice) : null;
        }
        catch (JsonException e)
        {
            ClientLog.DhcpScriptFailed(_logger, e.Message);
            return null;
        }
    }
}
