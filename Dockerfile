# The emulator in an image that holds nothing else. It is made of a release's archives, not of sources;
# RELEASING.md says how. The folder given to `docker build` has each platform's unpacked archive
# (linux/amd64, linux/arm64), and an empty home/azvault.
#
#   docker run --publish 127.0.0.1:8443:8443 --publish 127.0.0.1:8444:8444 azvault-emulator
#
# Its programs are linked statically, so no system is below them.
FROM scratch
ARG TARGETPLATFORM

COPY ${TARGETPLATFORM}/LICENSE-MIT ${TARGETPLATFORM}/LICENSE-APACHE ${TARGETPLATFORM}/LICENSES-OF-OTHERS.txt /licences/
COPY ${TARGETPLATFORM}/azvault-emulator.cdx.json /licences/
COPY ${TARGETPLATFORM}/azvault-emulator /azvault-emulator
# For the installation (its certificate authority); mount a volume here to keep it.
COPY --chown=65532:65532 home /home

# Nobody: the ports need no rights.
USER 65532:65532
# A container's loopback is out of reach of those it is for. Whoever reaches the ports can read every secret:
# publish them on 127.0.0.1 alone.
ENV HOME=/home/azvault AZVAULT_EMULATOR_LISTEN=0.0.0.0 AZVAULT_EMULATOR_STATE_DIR=/home/azvault/state
EXPOSE 8443 8444
HEALTHCHECK --interval=5s --timeout=6s --start-period=10s CMD ["/azvault-emulator", "health"]
ENTRYPOINT ["/azvault-emulator"]
