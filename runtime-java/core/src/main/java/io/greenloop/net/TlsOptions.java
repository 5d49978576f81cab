package io.greenloop.net;

import java.net.IDN;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/**
 * How TLS is spoken on a stream, by its client or by its server; immutable, each {@code with} makes
 * another one (Python: the {@code ssl}, {@code server_hostname}, {@code ssl_handshake_timeout} and
 * {@code ssl_shutdown_timeout} of {@code open_connection}, {@code start_server} and {@code
 * start_tls}).
 *
 * <p>Keys and trusted certificates are in the {@link SSLContext}, which any number of connections
 * share: so a later connection resumes the session of an earlier one.
 *
 * <p><b>Room:</b> any thread.
 */
public final class TlsOptions {
  /** What a server wants to know of its clients. */
  public enum ClientAuth {
    /** Nothing. */
    NONE,
    /** A certificate, if the client has one; a wrong one ends the handshake. */
    WANTED,
    /** A certificate; without one the handshake fails. */
    NEEDED
  }

  private final boolean client;
  private final @Nullable SSLContext context;
  private @Nullable String serverName;
  private boolean nameCheck = true;
  private List<String> applicationProtocols = List.of();
  private List<String> versions = List.of();
  private ClientAuth clientAuth = ClientAuth.NONE;
  private Duration handshakeTimeout = Duration.ofSeconds(60);
  private Duration shutdownTimeout = Duration.ofSeconds(30);
  private boolean truncationAllowed;

  private TlsOptions(boolean client, @Nullable SSLContext context) {
    this.client = client;
    this.context = context;
  }

  // ---- making one --------------------------------------------------------------------------

  /** A client that trusts what this JVM trusts, and checks the server's name. */
  public static TlsOptions client() {
    return new TlsOptions(true, null);
  }

  /** A client that trusts what {@code context} says, and may have a certificate there. */
  public static TlsOptions client(SSLContext context) {
    return new TlsOptions(true, Objects.requireNonNull(context, "context"));
  }

  /** A server whose key and certificate are in {@code context}. */
  public static TlsOptions server(SSLContext context) {
    return new TlsOptions(false, Objects.requireNonNull(context, "context"));
  }

  private TlsOptions with(Consumer<TlsOptions> change) {
    var changed = new TlsOptions(client, context);
    changed.serverName = serverName;
    changed.nameCheck = nameCheck;
    changed.applicationProtocols = applicationProtocols;
    changed.versions = versions;
    changed.clientAuth = clientAuth;
    changed.handshakeTimeout = handshakeTimeout;
    changed.shutdownTimeout = shutdownTimeout;
    changed.truncationAllowed = truncationAllowed;
    change.accept(changed);
    return changed;
  }

  /**
   * With the name that the server's certificate must be for, which is also the one that the client
   * asks for (SNI). By default it is the host that was connected to.
   *
   * @param name a host name or an IP address; empty: the certificate may be for any name, and none
   *     is asked for
   * @throws IllegalArgumentException for a server
   */
  public TlsOptions withServerName(String name) {
    checkSide("withServerName(\"" + name + "\")", true);
    return with(changed -> changed.serverName = name);
  }

  /**
   * With a check that the certificate is for the server's name, or without: then anybody who has a
   * trusted certificate for any name can be in between.
   *
   * @throws IllegalArgumentException for a server
   */
  public TlsOptions withNameCheck(boolean check) {
    checkSide("withNameCheck(" + check + ")", true);
    return with(changed -> changed.nameCheck = check);
  }

  /** With the application protocols that we speak (ALPN), the preferred first; none by default. */
  public TlsOptions withApplicationProtocols(String... names) {
    return with(changed -> changed.applicationProtocols = List.of(names));
  }

  /** With these versions only, such as {@code "TLSv1.3"}; by default those of the context. */
  public TlsOptions withVersions(String... names) {
    return with(changed -> changed.versions = List.of(names));
  }

  /**
   * With certificates of clients asked for, or not.
   *
   * @throws IllegalArgumentException for a client
   */
  public TlsOptions withClientAuth(ClientAuth wish) {
    checkSide("withClientAuth(" + wish + ")", false);
    return with(changed -> changed.clientAuth = wish);
  }

  /** With another limit for the handshake; 60 s by default. */
  public TlsOptions withHandshakeTimeout(Duration limit) {
    checkPositive("handshakeTimeout", limit);
    return with(changed -> changed.handshakeTimeout = limit);
  }

  /**
   * With another limit for the close: so long the other side may take to receive what was written
   * and to answer our {@code close_notify}; 30 s by default.
   */
  public TlsOptions withShutdownTimeout(Duration limit) {
    checkPositive("shutdownTimeout", limit);
    return with(changed -> changed.shutdownTimeout = limit);
  }

  /**
   * With connections that end without {@code close_notify} read to their end, as if nothing was
   * missing. By default that is a {@link TlsTruncationException}, because anybody between the two
   * sides can cut a connection off.
   */
  public TlsOptions withTruncationAllowed(boolean allowed) {
    return with(changed -> changed.truncationAllowed = allowed);
  }

  private void checkSide(String call, boolean forClients) {
    if (client != forClients) {
      throw new IllegalArgumentException(
          call
              + ": these are the options of a "
              + side()
              + "; only a "
              + (forClients ? "client" : "server")
              + " can have that");
    }
  }

  private static void checkPositive(String what, Duration limit) {
    if (limit.isNegative() || limit.isZero()) {
      throw new IllegalArgumentException(what + " " + limit + ": must be positive");
    }
  }

  // ---- what it says ------------------------------------------------------------------------

  /** Whether these are the options of a client. */
  public boolean isClient() {
    return client;
  }

  /** The name that was given by {@link #withServerName}. */
  public Optional<String> serverName() {
    return Optional.ofNullable(serverName);
  }

  /** How long a handshake may take. */
  public Duration handshakeTimeout() {
    return handshakeTimeout;
  }

  /** How long a close may take. */
  public Duration shutdownTimeout() {
    return shutdownTimeout;
  }

  boolean isTruncationAllowed() {
    return truncationAllowed;
  }

  /** Throws unless these are for the side that {@code call} is on. */
  void require(String call, boolean forClient) {
    if (client != forClient) {
      throw new IllegalArgumentException(
          call
              + ": these are the options of a TLS "
              + side()
              + "; make them by TlsOptions."
              + (forClient ? "client" : "server"));
    }
  }

  /** These, with a name for the check: unless one was given, the only host of {@code options}. */
  TlsOptions named(ConnectOptions options) {
    if (serverName != null) {
      return this;
    }
    List<SocketAddress> remotes = options.remotes();
    if (remotes.size() == 1 && remotes.getFirst() instanceof InetSocketAddress internet) {
      return withServerName(internet.getHostString());
    }
    throw new IllegalArgumentException(
        options + ": which one's name shall the certificate have? give it by" + " withServerName");
  }

  /**
   * Throws unless a client knows which name the server's certificate must have.
   *
   * @param call what is refused then, on the connection {@code name}
   */
  void checkName(String call, String name, SocketAddress remote) {
    boolean internet = remote instanceof InetSocketAddress;
    if (!internet && client && serverName == null) {
      throw new IllegalArgumentException(
          call
              + " on "
              + name
              + ": no name to check the server's certificate against; give one by withServerName,"
              + " or \"\" for no check");
    }
  }

  private String side() {
    return client ? "client" : "server";
  }

  // ---- engines -----------------------------------------------------------------------------

  /**
   * An engine whose handshake has begun. Slow: reads the JVM's certificates and makes keys. Any
   * thread.
   *
   * @param remoteHost what the other side was connected to by; with {@code remotePort}, what
   *     sessions are found by again
   */
  SSLEngine newEngine(String remoteHost, int remotePort) throws Exception {
    String name = serverName == null ? remoteHost : serverName;
    SSLEngine engine =
        actualContext().createSSLEngine(name.isEmpty() ? remoteHost : name, remotePort);
    engine.setUseClientMode(client);
    SSLParameters parameters = engine.getSSLParameters();
    if (client) {
      parameters.setServerNames(sni(name));
      if (nameCheck && !name.isEmpty()) {
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
      }
    } else {
      parameters.setWantClientAuth(clientAuth == ClientAuth.WANTED);
      if (clientAuth == ClientAuth.NEEDED) {
        parameters.setNeedClientAuth(true);
      }
    }
    if (!versions.isEmpty()) {
      parameters.setProtocols(versions.toArray(String[]::new));
    }
    parameters.setApplicationProtocols(applicationProtocols.toArray(String[]::new));
    engine.setSSLParameters(parameters);
    engine.beginHandshake();
    return engine;
  }

  /** What was given, or the JVM's own; slow where that is asked for the first time. Any thread. */
  SSLContext actualContext() throws NoSuchAlgorithmException {
    return context == null ? SSLContext.getDefault() : context;
  }

  /** An address is not asked for by its number, nor a name that cannot stand in a certificate. */
  private static List<javax.net.ssl.SNIServerName> sni(String name) {
    String bare = name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
    if (bare.isEmpty() || bare.indexOf(':') >= 0 || bare.matches("[0-9.]+")) {
      return List.of();
    }
    try {
      return List.of(new SNIHostName(IDN.toASCII(bare)));
    } catch (IllegalArgumentException notAName) {
      return List.of();
    }
  }

  @Override
  public String toString() {
    return "TLS " + side() + (serverName == null ? "" : " for '" + serverName + "'");
  }
}
