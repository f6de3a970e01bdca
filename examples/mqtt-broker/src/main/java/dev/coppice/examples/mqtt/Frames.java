package dev.coppice.examples.mqtt;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.util.List;

/// Cuts what comes in into whole packets, and says where each ends.
///
/// Netty's decoder reads on as long as a packet's fields say so: of one whose fields are longer than itself it would wait for the rest, and
/// take the next packet for it.
final class Frames extends ByteToMessageDecoder {

    /// What follows the bytes of each packet: by now it has been understood, or never will be.
    record End() {}

    private static final End END = new End();
    private static final int NOT_YET = -1;
    private static final int MOST_DIGITS = 4;

    private final int maxPacket;

    /// Whether there was a length that is none, or too great: what comes then is not cut, and refused by the decoder.
    private boolean lost;

    Frames(int maxPacket) {
        this.maxPacket = maxPacket;
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
        int whole = lost ? in.readableBytes() : whole(in);
        if (whole != NOT_YET && whole <= in.readableBytes()) {
            out.add(in.readRetainedSlice(whole));
            if (!lost) {
                out.add(END);
            }
        }
    }

    /// How many bytes the first packet has, its header included.
    private int whole(ByteBuf in) {
        int length = 0;
        for (int i = 1; i <= MOST_DIGITS; i++) {
            if (in.readableBytes() <= i) {
                return NOT_YET;
            }
            int digit = in.getUnsignedByte(in.readerIndex() + i);
            length |= (digit & 0x7f) << 7 * (i - 1);
            if (digit < 0x80 && length <= maxPacket) {
                return 1 + i + length;
            }
        }
        lost = true;
        return in.readableBytes();
    }
}
