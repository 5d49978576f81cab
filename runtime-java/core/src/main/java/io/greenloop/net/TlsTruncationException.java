package io.greenloop.net;

import javax.net.ssl.SSLException;

/**
 * The connection ended without TLS's {@code close_notify}: the other side has failed or does not
 * keep to the rules, or somebody in between has cut it off. What was read may not be all that was
 * sent.
 */
public final class TlsTruncationException extends SSLException {
  private static final long serialVersionUID = 1L;

  TlsTruncationException(String message) {
    super(message);
  }
}
