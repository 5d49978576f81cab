package io.greenloop.net;

import java.security.cert.Certificate;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

/**
 * What the two sides of a TLS stream have agreed on (Python: {@code get_extra_info} with {@code
 * "ssl_object"}, {@code "peercert"} and {@code "cipher"}). Any thread.
 */
public final class TlsInfo {
  private final SSLSession session;
  private final String applicationProtocol;

  TlsInfo(SSLEngine engine) {
    session = engine.getSession();
    String chosen = engine.getApplicationProtocol();
    applicationProtocol = chosen == null ? "" : chosen;
  }

  /** The session, for all that is not here. */
  public SSLSession session() {
    return session;
  }

  /** The version, such as {@code "TLSv1.3"}. */
  public String version() {
    return session.getProtocol();
  }

  /** The cipher suite, such as {@code "TLS_AES_256_GCM_SHA384"}. */
  public String cipher() {
    return session.getCipherSuite();
  }

  /** The application protocol (ALPN), such as {@code "h2"}; empty if none was agreed on. */
  public String applicationProtocol() {
    return applicationProtocol;
  }

  /** The certificates of the other side, its own first; empty if it has shown none. */
  public List<Certificate> peerCertificates() {
    try {
      return List.of(session.getPeerCertificates());
    } catch (SSLPeerUnverifiedException noneShown) {
      return List.of();
    }
  }

  /** The name of the server that the client has asked for (SNI). */
  public Optional<String> requestedServerName() {
    return session instanceof ExtendedSSLSession extended
        ? extended.getRequestedServerNames().stream()
            .filter(SNIHostName.class::isInstance)
            .map(name -> ((SNIHostName) name).getAsciiName())
            .findFirst()
        : Optional.empty();
  }

  @Override
  public String toString() {
    return version() + " " + cipher();
  }
}
